package dev.seckill.load;

/** A program that makes load, from a Debian package. */
enum Generator {
    WRK("wrk", "wrk"),
    AB("ab", "apache2-utils");

    final String command;
    final String debianPackage;

    Generator(String command, String debianPackage) {
        this.command = command;
        this.debianPackage = debianPackage;
    }
}
