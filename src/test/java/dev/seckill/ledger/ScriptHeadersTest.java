package dev.seckill.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.seckill.trade.Outcome;
import dev.seckill.trade.SaleId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the scripts' headers say is what the scripts do. Touches memory. */
class ScriptHeadersTest {
    /** Before every script, so that their keys are numbered on from its own. */
    private static final ScriptHeader STOCK = ScriptHeader.of("stock");

    private static final Keys KEYS = new Keys(new SaleId("concert"));

    static List<String> everyFile() {
        return ScriptHeader.names();
    }

    private static ScriptHeader header(Script script) {
        return ScriptHeader.of(script.name().toLowerCase(Locale.ROOT));
    }

    @Test
    void everyScriptHasAFileAndEveryFileAScript() {
        assertThat(Stream.concat(
                        Stream.of("stock"), Arrays.stream(Script.values()).map(script -> script.name()
                                .toLowerCase(Locale.ROOT))))
                .containsExactlyInAnyOrderElementsOf(everyFile());
    }

    @ParameterizedTest
    @MethodSource("everyFile")
    void everyFileOpensWithASentence(String name) {
        assertThat(ScriptHeader.of(name).opening()).as(name).matches("(?s)[A-Z][a-z]+ .*[.]");
    }

    @ParameterizedTest
    @EnumSource(Script.class)
    void everyScriptSaysWhatItReturns(Script script) {
        ScriptHeader header = header(script);

        assertThat(header.sections()).as(script.name()).containsKey("RETURNS");
        assertThat(header.verdicts()).as(script.name()).hasSameElementsAs(header.returns());
    }

    @Test
    void theStockSaysWhatStopsEveryScript() {
        assertThat(STOCK.verdicts()).containsExactlyInAnyOrder("NO_SALE", "RECOVERING", "CORRUPT", "OK");
        assertThat(STOCK.verdicts()).allMatch(STOCK.sections().get("KEEPS")::contains);
    }

    @ParameterizedTest
    @EnumSource(Script.class)
    void everyKeyThatAHeaderNamesIsTheOneThatIsPassed(Script script) {
        ScriptHeader header = header(script);
        List<String> named = new ArrayList<>(STOCK.numbered("KEYS").values());
        named.addAll(header.numbered("KEYS").values());
        Set<Integer> own = header.numbered("KEYS").keySet();

        assertThat(keysOf(script))
                .as(script.name())
                .startsWith(
                        named.stream().map(name -> "seckill:{concert}:" + name).toArray());
        assertThat(own).as(script.name()).isEqualTo(numbers(3, named.size()));
        assertThat(header.used("KEYS")).as(script.name()).isEqualTo(own);
    }

    @ParameterizedTest
    @EnumSource(value = Script.class, mode = EnumSource.Mode.EXCLUDE, names = "DEDUCT")
    void everyArgumentThatAHeaderNamesIsUsed(Script script) {
        ScriptHeader header = header(script);
        Set<Integer> named = header.numbered("ARGV").keySet();

        assertThat(header.used("ARGV")).as(script.name()).isEqualTo(named);
        assertThat(named).as(script.name()).isEqualTo(numbers(1, named.size()));
    }

    @Test
    void aRequestOfABatchHasAsManyArgumentsAsTheHeaderNames() {
        ScriptHeader deduct = ScriptHeader.of("deduct");
        String arguments = deduct.sections().get("ARGV").replaceAll("\\([^)]*\\)", "");

        assertThat(arguments).startsWith("six per request: ");
        assertThat(arguments.chars().filter(c -> c == ',').count() + 1).isEqualTo(6);
        assertThat(deduct.body()).contains("for i = 1, #ARGV, 6 do").contains("ARGV[i + 5]");
        assertThat(deduct.body()).doesNotContain("ARGV[i + 6]");
    }

    @Test
    void deductDecidesInTheOrderThatBuyersAreToldOf() {
        List<Outcome> outcomes = ScriptHeader.of("deduct").returns().stream()
                .map(ScriptHeadersTest::outcome)
                .distinct()
                .toList();

        assertThat(outcomes)
                .containsExactlyElementsOf(EnumSet.complementOf(EnumSet.of(Outcome.UNKNOWN, Outcome.NO_SALE)));
    }

    /** Both mean that what the node knew, or the time it had, is over: ask again. */
    private static Outcome outcome(String verdict) {
        return Set.of("STALE", "LATE").contains(verdict) ? Outcome.BUSY : Outcome.valueOf(verdict);
    }

    @Test
    void everyVerdictOnAReleaseOrAChangeHasAName() {
        assertThat(names(Released.Result.values()))
                .containsAll(ScriptHeader.of("release").returns());
        assertThat(names(Corrected.values()))
                .containsExactlyElementsOf(ScriptHeader.of("correct").returns());
        assertThat(names(SaleRefused.Reason.values()))
                .containsAll(without("CHANGED", ScriptHeader.of("change").returns()))
                .containsAll(without("ARCHIVED", ScriptHeader.of("archive").returns()))
                .containsAll(without("OK", STOCK.verdicts()));
    }

    private static List<String> names(Enum<?>[] values) {
        return Arrays.stream(values).map(Enum::name).toList();
    }

    private static List<String> without(String word, List<String> words) {
        return words.stream().filter(each -> !each.equals(word)).toList();
    }

    private static Set<Integer> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).boxed().collect(Collectors.toSet());
    }

    private static List<Object> keysOf(Script script) {
        return switch (script) {
            case DEDUCT, RELEASE, EXPIRE, EXTEND, RECORDS, RESTORE -> KEYS.reservations;
            case CONFIRM, REFUND, REPLAY -> KEYS.payments;
            case OWE -> KEYS.decisions;
            case FIND -> KEYS.find;
            case BUYERS -> KEYS.buyers;
            case SHARE, LEAVE -> KEYS.shares;
            case ARCHIVE, REBUILD -> KEYS.archive;
            case CREATE, SHOW, CHANGE, ADOPT, READ, CORRECT, REFILL, RESUME -> KEYS.stock;
        };
    }
}
