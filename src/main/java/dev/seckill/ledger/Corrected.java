package dev.seckill.ledger;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** What became of a wish to correct a stock. */
public enum Corrected {
    CORRECTED,
    /** It is not what was seen, or was corrected since: nothing was changed. */
    MOVED,
    /** Something would have become less than nothing: nothing was changed. */
    IMPOSSIBLE;

    static final Set<String> NAMES = Arrays.stream(values()).map(Enum::name).collect(Collectors.toUnmodifiableSet());
}
