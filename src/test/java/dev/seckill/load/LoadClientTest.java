package dev.seckill.load;

import static dev.seckill.load.ScriptedNode.answer;
import static dev.seckill.load.ScriptedNode.busy;
import static dev.seckill.load.ScriptedNode.refused;
import static dev.seckill.load.ScriptedNode.reserved;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.seckill.trade.SaleId;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Touches sockets on loopback. */
@Timeout(60)
class LoadClientTest {
    private static final SaleId DEMO = new SaleId("demo");

    /** More than any of these runs has attempts. */
    private static final TokenFile TOKENS = FakeTokens.of(200_000);

    private static final Set<Verdict> ALL = EnumSet.allOf(Verdict.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration GOOD = Duration.ofMillis(200);

    @Test
    void countsTheWaitingOfThoseWhoWereDueWhileTheNodeStalled() throws Exception {
        try (ScriptedNode node = new ScriptedNode((attempt, tries) -> refused("sold-out"))) {
            node.stall(1_500, 1_000);

            LoadRun run = run(node, Arrivals.atRate(1_000, 4_000), 4, 1);

            Histogram latency = run.heard().latency(ALL);
            Histogram service = run.heard().service(ALL);
            assertThat(latency.getTotalCount()).isEqualTo(4_000);
            // A quarter was due during the stall, and waited half of it on average.
            assertThat(latency.getValueAtPercentile(90)).isBetween(400_000L, 1_100_000L);
            assertThat(latency.getMaxValue()).isGreaterThan(900_000);
            // Only one of each connection was on its way: the times since sending hardly know of the stall.
            assertThat(service.getValueAtPercentile(99)).isLessThan(200_000);
            assertThat(service.getMaxValue()).isGreaterThan(900_000);
        }
    }

    @Test
    void sendsEachAttemptWhenItIsDueWhateverIsAnswered() throws Exception {
        try (ScriptedNode node = new ScriptedNode((attempt, tries) -> refused("sold-out"))) {
            Arrivals arrivals = Arrivals.atRate(500, 500).then(2_000, 1_000);

            LoadRun run = run(node, arrivals, 8, 1);

            assertThat(run.nanos()).isBetween(1_499_000_000L, 3_000_000_000L);
            assertThat(run.attempts()).isEqualTo(1_500);
            assertThat(run.heard().series(Verdict.SOLD_OUT)[0]).isBetween(400, 520);
            assertThat(node.requests).hasValue(1_500);
            assertThat(node.lastKeyOfBuyer).hasSize(1_500);
        }
    }

    @Test
    void tellsApartWhatAnAttemptCanHear() throws Exception {
        List<String> answers = List.of(
                reserved("AAAAAAAAAAAAAAAAAAAAAA"),
                answer("200 OK", "Location: /api/reservations/demo.AAAAAAAAAAAAAAAAAAAAAQ\r\n", "{}"),
                refused("sold-out"),
                refused("limit-reached"),
                refused("not-open"),
                busy(),
                answer("202 Accepted", "Location: /api/reservations/demo.x\r\nRetry-After: 1\r\n", "{}"),
                answer("500 Internal Server Error", "", "{\"type\":\"/problems.html#sold-out\"}"));
        try (ScriptedNode node = new ScriptedNode((attempt, tries) -> answers.get(attempt % answers.size()))) {
            LoadRun run = run(node, Arrivals.atRate(4_000, 4_000), 16, 1);

            EnumSet<Verdict> answered = EnumSet.complementOf(EnumSet.of(Verdict.NO_ANSWER));
            assertThat(answered).allSatisfy(verdict -> {
                assertThat(run.heard().count(verdict)).as("%s", verdict).isEqualTo(500);
                assertThat(run.ends().counts()).contains(entry(verdict, 500));
                assertThat(Arrays.stream(run.heard().series(verdict)).sum()).isEqualTo(500);
            });
            assertThat(run.heard().count(Verdict.NO_ANSWER)).isZero();
            assertThat(run.ends().of(8)).isEqualTo(Verdict.RESERVED);
            assertThat(run.ends().of(10)).isEqualTo(Verdict.SOLD_OUT);
            assertThat(run.won().size()).isEqualTo(1_000);
        }
    }

    @Test
    void readsOnlyProblemsAsRefusalsAndOnlyReservationsAsWins() throws Exception {
        List<String> others = List.of(
                refused("sold-out-maybe"),
                refused("sold"),
                answer("409 Conflict", "", ""),
                answer("201 Created", "", "{}"),
                reserved("AAAAAAAAAAAAAAAAAAAAAAA"),
                reserved("AAAAAAAAAAAAAAAAAAAAA!"),
                answer("200 OK", "", "ok"));
        try (ScriptedNode node = new ScriptedNode((attempt, tries) -> others.get(attempt % others.size()))) {
            LoadRun run = run(node, Arrivals.atRate(1_000, 100), 2, 1);

            assertThat(run.ends().counts()).containsExactly(entry(Verdict.OTHER, 100));
        }
    }

    @Test
    void keepsWhichReservationEachAttemptWon() throws Exception {
        try (ScriptedNode node = new ScriptedNode((attempt, tries) ->
                reserved(AttemptRequest.reservation(DEMO, attempt).code()))) {
            LoadRun run = run(node, Arrivals.atRate(10_000, 3_000), 32, 1);

            assertThat(run.won().size()).isEqualTo(3_000);
            for (int i = 0; i < 3_000; i++) {
                int attempt = run.won().attempt(i);
                assertThat(run.won().code(i))
                        .isEqualTo(AttemptRequest.reservation(DEMO, attempt).code());
            }
            assertThat(Arrays.stream(run.heard().goodSeries()).sum()).isBetween(1, 3_000);
        }
    }

    @Test
    void asksAgainWithTheSameKeyWhenAdvised() throws Exception {
        try (ScriptedNode node =
                new ScriptedNode((attempt, tries) -> tries < 3 ? busy() : reserved("AAAAAAAAAAAAAAAAAAAAAA"))) {
            LoadRun run = run(node, Arrivals.atRate(1_000, 50), 4, 3);

            assertThat(run.heard().count(Verdict.BUSY)).isEqualTo(100);
            assertThat(run.ends().counts()).containsExactly(entry(Verdict.RESERVED, 50));
            assertThat(node.requests).hasValue(150);
            assertThat(node.lastKeyOfBuyer).hasSize(50);
            assertThat(run.settling().getMinValue()).isGreaterThan(1_990_000);
        }
    }

    @Test
    void asksNoMoreThanTheMostTries() throws Exception {
        try (ScriptedNode node = new ScriptedNode((attempt, tries) -> busy())) {
            LoadRun run = run(node, Arrivals.atRate(1_000, 50), 4, 2);

            assertThat(node.requests).hasValue(100);
            assertThat(run.ends().counts()).containsExactly(entry(Verdict.BUSY, 50));
        }
    }

    @Test
    void givesUpAfterItsPatienceAlsoWhatCouldNotBeSent() throws Exception {
        try (ScriptedNode node = new ScriptedNode((attempt, tries) -> null)) {
            LoadPlan plan = new LoadPlan(
                    node.address(),
                    AttemptRequest.reserving(node.address(), DEMO, TOKENS),
                    Arrivals.atRate(100, 100),
                    3,
                    Duration.ofMillis(500),
                    1,
                    GOOD);

            LoadRun run = LoadClient.run(plan, pulse -> {});

            assertThat(run.ends().counts()).containsExactly(entry(Verdict.NO_ANSWER, 100));
            assertThat(run.unsent()).isBetween(10, 97);
            assertThat(run.heard().latency(ALL).getMinValue()).isGreaterThan(490_000);
            assertThat(run.nanos()).isLessThan(3_000_000_000L);
            assertThat(node.mostConnections.get()).isLessThanOrEqualTo(6);
        }
    }

    @Test
    void opensAConnectionAgainWhenTheServerClosedIt() throws Exception {
        String last = answer("409 Conflict", "Connection: close\r\n", "{\"type\":\"/problems.html#sold-out\"}");
        try (ScriptedNode node = new ScriptedNode((attempt, tries) -> last)) {
            LoadRun run = run(node, Arrivals.atRate(200, 200), 4, 1);

            assertThat(run.ends().counts()).containsExactly(entry(Verdict.SOLD_OUT, 200));
        }
    }

    @Test
    void countsABrokenConnectionAsNoAnswer() throws Exception {
        try (ScriptedNode node =
                new ScriptedNode((attempt, tries) -> attempt % 2 == 0 ? "no HTTP\r\n\r\n" : refused("sold-out"))) {
            LoadRun run = run(node, Arrivals.atRate(200, 100), 4, 1);

            assertThat(run.ends().counts()).containsOnly(entry(Verdict.NO_ANSWER, 50), entry(Verdict.SOLD_OUT, 50));
            assertThat(run.unsent()).isZero();
        }
    }

    @Test
    void asksAgainWhenNginxHadNoAnswerFromANode() throws Exception {
        String none = answer("502 Bad Gateway", "Retry-After: 1\r\n", "{\"type\":\"/problems.html#fault\"}");
        try (ScriptedNode node = new ScriptedNode((attempt, tries) -> tries == 1 ? none : refused("sold-out"))) {
            LoadRun run = run(node, Arrivals.atRate(200, 20), 4, 2);

            assertThat(run.heard().count(Verdict.NO_ANSWER)).isEqualTo(20);
            assertThat(run.ends().counts()).containsExactly(entry(Verdict.SOLD_OUT, 20));
        }
    }

    @Test
    void asksOneAfterTheOtherInAClosedModel() throws Exception {
        try (ScriptedNode node = new ScriptedNode((attempt, tries) -> refused("sold-out"))) {
            LoadRun run = run(node, Arrivals.closed(Duration.ofSeconds(1)), 5, 1);

            assertThat(run.attempts()).isGreaterThan(500).isEqualTo(node.requests.get());
            assertThat(node.mostConnections).hasValue(5);
            assertThat(run.nanos()).isBetween(1_000_000_000L, 2_000_000_000L);
        }
    }

    @Test
    void tellsEverySecondHowFarItIs() throws Exception {
        List<Pulse> pulses = new ArrayList<>();
        try (ScriptedNode node = new ScriptedNode((attempt, tries) -> refused("sold-out"))) {
            LoadClient.run(plan(node, Arrivals.atRate(100, 350), 4, 1), pulses::add);

            assertThat(pulses).hasSizeBetween(2, 4);
            assertThat(pulses.get(pulses.size() - 1).heard().get(Verdict.SOLD_OUT))
                    .isGreaterThan(100);
        }
    }

    @Test
    void saysWhenNobodyAnswers() {
        URI nobody = URI.create("http://127.0.0.1:1");
        LoadPlan plan = new LoadPlan(nobody, AttemptRequest.reserving(nobody, DEMO, TOKENS), Arrivals.atRate(1, 1), 1);

        assertThatThrownBy(() -> LoadClient.run(plan, pulse -> {})).isInstanceOf(IOException.class);
    }

    @Test
    void endsWithWhateverGoesWrongInside() throws Exception {
        try (ScriptedNode node = new ScriptedNode((attempt, tries) -> refused("sold-out"))) {
            AttemptRequest none = null;
            LoadPlan plan = new LoadPlan(node.address(), none, Arrivals.atRate(100, 100), 2);

            assertThatThrownBy(() -> LoadClient.run(plan, pulse -> {}))
                    .isInstanceOf(IllegalStateException.class)
                    .hasCauseInstanceOf(NullPointerException.class);
        }
    }

    @Test
    void givesNoFigureWhenSomebodyHeardWhatCannotBe() throws Exception {
        try (ScriptedNode node = new ScriptedNode((attempt, tries) ->
                attempt == 7 ? answer("500 Internal Server Error", "", "{}") : refused("sold-out"))) {
            LoadRun run = run(node, Arrivals.atRate(100, 20), 2, 1);

            assertThatThrownBy(() -> run.requireOnly(EnumSet.of(Verdict.SOLD_OUT), "rush"))
                    .isInstanceOf(Spoiled.class)
                    .hasMessageContaining("rush: 1 of 20 tries heard OTHER");
            assertThatCode(() -> run.requireOnly(EnumSet.of(Verdict.SOLD_OUT, Verdict.OTHER), "rush"))
                    .doesNotThrowAnyException();
        }
    }

    private static LoadRun run(ScriptedNode node, Arrivals arrivals, int connections, int mostTries)
            throws IOException, InterruptedException {
        return LoadClient.run(plan(node, arrivals, connections, mostTries), pulse -> {});
    }

    private static LoadPlan plan(ScriptedNode node, Arrivals arrivals, int connections, int mostTries) {
        return new LoadPlan(
                node.address(),
                AttemptRequest.reserving(node.address(), DEMO, TOKENS),
                arrivals,
                connections,
                PATIENCE,
                mostTries,
                GOOD);
    }
}
