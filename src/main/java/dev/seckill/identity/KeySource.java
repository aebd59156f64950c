package dev.seckill.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the issuer's public keys are read: a JWK set from the network, or a PEM, a JWK or a JWK set from a file. */
final class KeySource {
    /** Dozens of keys. */
    private static final int MOST_BYTES = 64 * 1024;

    private static final Pattern PEM = Pattern.compile("-----BEGIN PUBLIC KEY-----([^-]+)-----END PUBLIC KEY-----");
    private static final String CLASSPATH = "classpath:";
    private static final String FILE = "file:";

    private final String location;
    private final DefaultResourceRetriever retriever;

    KeySource(IdentityConfig config) {
        location = config.keyLocation();
        int timeoutMs = Math.toIntExact(config.keysTimeout().toMillis());
        retriever = new DefaultResourceRetriever(timeoutMs, timeoutMs, MOST_BYTES);
    }

    boolean isRemote() {
        return location.startsWith("https://") || location.startsWith("http://");
    }

    /** Whether somebody on the way could put keys of its own in place of the issuer's. */
    boolean isOpenToOthers() {
        if (!location.startsWith("http://")) {
            return false;
        }
        String host = URI.create(location).getHost();
        return host == null || !(host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]"));
    }

    /** Blocks, each step at most as long as the timeout. */
    JWKSet read() throws IOException {
        try {
            String text =
                    isRemote() ? retriever.retrieveResource(new URL(location)).getContent() : local();
            return parse(text);
        } catch (ParseException | JOSEException | IllegalArgumentException e) {
            throw new IOException("there is no key that can be read at " + location, e);
        }
    }

    private String local() throws IOException {
        if (!location.startsWith(CLASSPATH)) {
            Path file = location.startsWith(FILE) ? Path.of(URI.create(location)) : Path.of(location);
            if (location.startsWith(FILE) || Files.exists(file)) {
                return Files.readString(file);
            }
        }
        String name = location.startsWith(CLASSPATH) ? location.substring(CLASSPATH.length()) : location;
        String resource = name.startsWith("/") ? name.substring(1) : name;
        try (InputStream content = KeySource.class.getClassLoader().getResourceAsStream(resource)) {
            if (content == null) {
                throw new FileNotFoundException("there is neither a file nor a resource " + location);
            }
            return new String(content.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
        }
    }

    /** Never keeps a private part: the file of a trial has one. */
    private static JWKSet parse(String text) throws ParseException, JOSEException {
        Matcher pem = PEM.matcher(text);
        if (pem.find()) {
            return new JWKSet(publicKey(Base64.getMimeDecoder().decode(pem.group(1))));
        }
        return text.contains("\"keys\"")
                ? JWKSet.parse(text).toPublicJWKSet()
                : new JWKSet(JWK.parse(text).toPublicJWK());
    }

    /** Of a PEM; Nimbus would want another library to read it. */
    private static JWK publicKey(byte[] encoded) throws JOSEException {
        X509EncodedKeySpec key = new X509EncodedKeySpec(encoded);
        try {
            return new RSAKey.Builder(
                            (RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(key))
                    .build();
        } catch (GeneralSecurityException notRsa) {
            try {
                ECPublicKey ec = (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(key);
                return new ECKey.Builder(Curve.forECParameterSpec(ec.getParams()), ec).build();
            } catch (GeneralSecurityException e) {
                throw new JOSEException("a PEM that is neither an RSA nor an EC public key", e);
            }
        }
    }

    @Override
    public String toString() {
        return location;
    }
}
