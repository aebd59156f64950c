package dev.seckill.lab;

import dev.seckill.trial.StartFailure;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Where a command can run: each has a network namespace of its own, but directors, which are guests with a kernel of their own. */
enum Machine {
    CLIENT,
    ROUTER,
    LAN,
    NGINX_A,
    NGINX_B,
    NODES,
    DIRECTOR_A,
    DIRECTOR_B;

    static Machine of(String label) {
        return Arrays.stream(values())
                .filter(machine -> machine.label().equals(label))
                .findFirst()
                .orElseThrow(
                        () -> new StartFailure("There is no machine " + label + " in the lab, but " + labels() + "."));
    }

    static String labels() {
        return Arrays.stream(values()).map(Machine::label).collect(Collectors.joining(" "));
    }

    /** As people call it: nginx-a. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Of a director it is the LAN's, where its guest's process is, not the guest. */
    Namespace namespace() {
        return Namespace.of(isGuest() ? LAN.label() : label());
    }

    boolean isGuest() {
        return this == DIRECTOR_A || this == DIRECTOR_B;
    }
}
