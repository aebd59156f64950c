package dev.seckill.limit;

import dev.seckill.trade.BadInput;

/** The addresses that begin as this one does, for so many of 128 bits. */
record Network(Address address, int bits) {
    private static final int ALL_BITS = 128;
    private static final int HALF = 64;
    private static final int IPV4_BITS = 32;

    /** Reads 192.0.2.0/24, 2001:db8::/32, or a single address. */
    static Network parse(String setting, String text) {
        int slash = text.indexOf('/');
        Address address =
                Address.parse(slash < 0 ? text : text.substring(0, slash)).orElseThrow(() -> wrong(setting, text));
        int most = address.isIpv4() ? IPV4_BITS : ALL_BITS;
        int bits = slash < 0 ? most : bits(text.substring(slash + 1));
        if (bits < 0 || bits > most) {
            throw wrong(setting, text);
        }
        return new Network(address, bits + ALL_BITS - most);
    }

    private static int bits(String text) {
        return text.matches("\\d{1,3}") ? Integer.parseInt(text) : -1;
    }

    private static BadInput wrong(String setting, String text) {
        return new BadInput(
                setting + " is networks such as 192.0.2.0/24 or 2001:db8::/32 with commas between them, not " + text);
    }

    boolean contains(Address other) {
        return ((address.high() ^ other.high()) & mask(bits)) == 0
                && ((address.low() ^ other.low()) & mask(bits - HALF)) == 0;
    }

    private static long mask(int bits) {
        return bits <= 0 ? 0 : bits >= HALF ? -1 : -1L << (HALF - bits);
    }
}
