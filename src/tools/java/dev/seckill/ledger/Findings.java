package dev.seckill.ledger;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What an audit found wrong: the first of each check, and how many more there are. */
public final class Findings {
    /** Enough to see what they have in common. */
    static final int MOST_SHOWN = 20;

    private final List<Finding> shown = new ArrayList<>();
    private final Map<Check, Integer> counts = new EnumMap<>(Check.class);

    public void add(Check check, String subject, Object found, Object expected) {
        if (counts.merge(check, 1, Integer::sum) <= MOST_SHOWN) {
            shown.add(new Finding(check, subject, String.valueOf(found), String.valueOf(expected)));
        }
    }

    public List<Finding> shown() {
        return List.copyOf(shown);
    }

    /** How many of each check are not shown. */
    public Map<Check, Integer> more() {
        Map<Check, Integer> more = new EnumMap<>(Check.class);
        counts.forEach((check, count) -> {
            if (count > MOST_SHOWN) {
                more.put(check, count - MOST_SHOWN);
            }
        });
        return more;
    }

    boolean isEmpty() {
        return shown.isEmpty();
    }
}
