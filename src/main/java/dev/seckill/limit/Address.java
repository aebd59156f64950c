package dev.seckill.limit;

import io.netty.util.NetUtil;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * An IP address, read from its digits alone, so that no text makes a node ask a name server. An IPv4 address is what IPv6
 * writes it as, ::ffff:192.0.2.1, and so the same however it is written.
 */
record Address(long high, long low) {
    /** Stands for whoever cannot be told apart. */
    static final Address NONE = new Address(0, 0);

    private static final int IPV4_BYTES = 4;
    private static final long IPV4 = 0xffff_0000_0000L;

    static Optional<Address> parse(String text) {
        byte[] bytes = text == null ? null : NetUtil.createByteArrayFromIpAddressString(text);
        if (bytes == null) {
            return Optional.empty();
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return Optional.of(
                bytes.length == IPV4_BYTES
                        ? new Address(0, IPV4 | Integer.toUnsignedLong(buffer.getInt()))
                        : new Address(buffer.getLong(), buffer.getLong()));
    }

    boolean isIpv4() {
        return high == 0 && (low & ~0xffff_ffffL) == IPV4;
    }

    /**
     * What counts as one: an IPv4 address, or the 64 bits of IPv6 that everybody gets as a whole. No network of IPv6 in use
     * begins as an IPv4 address does here.
     */
    long site() {
        return isIpv4() ? low : high;
    }
}
