package dev.seckill.limit;

import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a request comes from: its peer, or, if that is a trusted proxy, whom the proxy names in X-Forwarded-For.
 *
 * <p>Each proxy writes whom it heard at the right end of that header, so it is read from there and as far as trusted proxies
 * go; what stands further left anybody may have written. What is no address counts as whoever passed it on.
 */
final class Origin {
    /** As some proxies write an address: 192.0.2.1:4711, [2001:db8::1]:4711. */
    private static final Pattern WITH_PORT = Pattern.compile("([0-9.]+|\\[[^\\]]+]):[0-9]{1,5}");

    private final List<Network> proxies;

    Origin(List<Network> proxies) {
        this.proxies = proxies;
    }

    Address of(String peer, Supplier<Enumeration<String>> forwardedFor) {
        Address nearest = Address.parse(peer).orElse(Address.NONE);
        if (!isTrusted(nearest)) {
            return nearest;
        }
        List<String> lines = Collections.list(forwardedFor.get());
        for (int line = lines.size() - 1; line >= 0; line--) {
            String text = lines.get(line);
            for (int end = text.length(); end >= 0; end = text.lastIndexOf(',', end - 1)) {
                int start = text.lastIndexOf(',', end - 1) + 1;
                Optional<Address> next = parse(text.substring(start, end).strip());
                if (next.isEmpty()) {
                    return nearest;
                }
                nearest = next.get();
                if (!isTrusted(nearest)) {
                    return nearest;
                }
            }
        }
        return nearest;
    }

    private static Optional<Address> parse(String text) {
        Matcher withPort = WITH_PORT.matcher(text);
        return Address.parse(withPort.matches() ? withPort.group(1) : text);
    }

    boolean trusts(String peer) {
        return Address.parse(peer).filter(this::isTrusted).isPresent();
    }

    private boolean isTrusted(Address address) {
        return isIn(proxies, address);
    }

    static boolean isIn(List<Network> networks, Address address) {
        for (Network network : networks) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }
}
