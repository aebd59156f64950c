package dev.seckill.order;

import dev.seckill.database.Database;
import dev.seckill.ledger.Corrected;
import dev.seckill.ledger.Ledger;
import dev.seckill.ledger.Movement;
import dev.seckill.ledger.Page;
import dev.seckill.ledger.Records;
import dev.seckill.ledger.SaleRefused;
import dev.seckill.ledger.SaleRefused.Reason;
import dev.seckill.order.Sums.Off;
import dev.seckill.order.Sums.Unclear;
import dev.seckill.order.WrittenSale.Order;
import dev.seckill.order.WrittenSale.Orderly;
import dev.seckill.trade.Place;
import dev.seckill.trade.Reservation;
import dev.seckill.trade.Sale;
import dev.seckill.trade.SaleId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;

/**
 * Compares a sale's ledger with its movements and its orders, and corrects what is proved wrong.
 *
 * <p>The orders are read at the place where they are written, the ledger's numbers at the place where it stands, and the movements
 * between are put on top of the orders: so both are compared at one place, however fast the sale sells. Nothing flows from the
 * database into the ledger but what the sale's own movements add up to, and only if the orders add up to the same: then the
 * ledger's numbers are corrected, by a movement that says why. Whether the movements between make sense shows only when they are
 * written: what differs on top of some is corrected in a later round, if it is the same then. Orders are corrected from the
 * movements. A reservation in the ledger never is: it is only shown.
 */
final class Reconciler {
    private static final Logger LOG = Logger.getLogger(Reconciler.class.getName());

    /** Reservations between the orders and the ledger; more, and the writer is behind: it is compared when it has caught up. */
    private static final int MOST_BEHIND = 20_000;

    /** Orders in one look at the ledger, which takes it a millisecond. */
    static final int PAGE = 1_000;

    private static final int MOST_ASIDE = 1_000;

    /** Orders that are rewritten together. */
    private static final int MOST_MENDED = 500;

    /** Pages of a sale, however many. */
    private static final int ALL = Integer.MAX_VALUE;

    private static final String CHANGED = "somebody else has changed it at the same time";

    private final Ledger ledger;
    private final Database database;
    private final OrderWriter writer;
    private final Mender mender;
    private final int page;

    /** Hears of all that is corrected, also where the comparison itself fails afterwards. */
    private final IntConsumer corrected;

    Reconciler(Ledger ledger, Database database, OrderWriter writer, IntConsumer corrected) {
        this(ledger, database, writer, PAGE, corrected);
    }

    Reconciler(Ledger ledger, Database database, OrderWriter writer, int page, IntConsumer corrected) {
        this.ledger = ledger;
        this.database = database;
        this.writer = writer;
        this.mender = new Mender(database);
        this.page = page;
        this.corrected = corrected;
    }

    /** Thrown when too much is unwritten. */
    private static final class Behind extends RuntimeException {
        private static final long serialVersionUID = 1;

        Behind() {
            super("more is unwritten than is compared", null, false, false);
        }
    }

    /** Compares its numbers, and some of its orders where the sweep has come to; empty if the writer is too far behind. */
    Optional<Comparison> compare(SaleId sale, Sweep sweep) {
        return compare(sale, sweep, 1);
    }

    /** Compares its numbers and all of its orders, twice if it corrects something. What is kept aside is trouble then. */
    Comparison compareAll(SaleId sale) {
        Comparison first = compare(sale, new Sweep(), ALL).orElseGet(() -> Comparison.impossible("behind"));
        return first.corrections() == 0
                ? first
                : compare(sale, new Sweep(), ALL).orElse(first);
    }

    private Optional<Comparison> compare(SaleId sale, Sweep sweep, int pages) {
        try {
            return Optional.of(new Round(sale).compare(sweep, pages));
        } catch (Behind e) {
            return Optional.empty();
        } catch (Unclear | SaleStopped e) {
            return Optional.of(Comparison.impossible(e.getMessage()));
        }
    }

    /** One comparison of one sale. */
    private final class Round {
        private final SaleId sale;
        private final WrittenSale written;
        private final WrittenSale.Orders orders;
        /** The orders, and what moved since they were read. */
        private Sums sums;

        private int behind;
        private int corrections;
        private String trouble = "";

        Round(SaleId sale) {
            this.sale = sale;
            written = new WrittenSale(database, sale);
            orders = written.orders(MOST_ASIDE);
            sums = orders.sums();
        }

        Comparison compare(Sweep sweep, int pages) {
            try {
                for (Step step : orders.aside()) {
                    sums = sums.with(step);
                }
            } catch (Unclear e) {
                mendAside();
                throw e;
            }
            Sale seen = look();
            Off off = sums.off(seen);
            long drift = off.drift();
            Place place = sums.place();
            long excess = 0;
            try {
                if (drift > 0) {
                    correct(sweep, off);
                } else {
                    sweep.forgetOff();
                }
                place = sums.place();
                excess = compareSome(sweep, pages);
            } catch (Behind e) {
                if (drift == 0 && corrections == 0) {
                    throw e;
                }
                trouble = e.getMessage();
            } catch (Unclear | SaleStopped e) {
                trouble = e.getMessage();
            }
            if (pages == ALL && trouble.isEmpty() && !orders.aside().isEmpty()) {
                trouble = aside();
            }
            return new Comparison(place, drift, sweep.differing() + Math.max(0, excess), corrections, trouble);
        }

        /** Compares orders one by one, unless something was corrected; by how many reservations the ledger has more. */
        private long compareSome(Sweep sweep, int pages) {
            long excess = 0;
            if (corrections == 0) {
                sweep.begin(sums.place());
                boolean isMore = true;
                for (int i = 0; isMore && i < pages && corrections == 0; i++) {
                    Orderly some = written.ordersAfter(sweep.last(), page);
                    Records records = OrderWriter.await(ledger.records(sale, reservations(some)));
                    excess = i == 0 ? excess(records) : excess;
                    isMore = sweep(sweep, some, records);
                }
            }
            if (corrections == 0 && sweep.isNewExcess(excess)) {
                mend(mender.wrong(sale, orders.sums().place(), MOST_MENDED));
            }
            return excess;
        }

        // --- the numbers --------------------------------------------------------------------------------------------

        /** The ledger as it stands, and the sums at that place. */
        private Sale look() {
            Sale seen = OrderWriter.await(ledger.show(sale))
                    .filter(found -> !found.recovering())
                    .orElseThrow(() -> new SaleRefused(Reason.RECOVERING, ""));
            // Asked after the look: what is corrected then is this history, or stands in another epoch.
            writer.assertGoesOn(sale);
            goTo(new Place(seen.standing().epoch(), seen.standing().seq()));
            return seen;
        }

        private void goTo(Place place) {
            sums = sums.after(between(sums.place(), place));
        }

        private List<Movement> between(Place from, Place to) {
            List<Movement> movements = new ArrayList<>();
            Place last = from;
            while (last.isBefore(to)) {
                Page found = OrderWriter.await(ledger.readOn(sale, last));
                if (found.movements().isEmpty()) {
                    throw new Unclear("no movement follows " + last + ": " + found.end());
                }
                for (Movement movement : found.movements()) {
                    if (!to.isBefore(movement.place())) {
                        movements.add(movement);
                        behind += 1 + movement.parts().size();
                    }
                    last = movement.place();
                }
                if (behind > MOST_BEHIND) {
                    throw new Behind();
                }
            }
            return movements;
        }

        private void correct(Sweep sweep, Off off) {
            if (!orders.aside().isEmpty()) {
                mendAside();
                trouble = corrections > 0 ? "" : aside();
            } else if (!mender.sums(sale, orders.sums().place()).equals(orders.sums())) {
                mend(mender.wrong(sale, orders.sums().place(), MOST_MENDED));
                trouble = corrections > 0 ? "" : "the orders are not what their movements add up to";
            } else if (sweep.proves(off, sums.place(), orders.sums().place())) {
                correctLedger(off);
            }
        }

        /** As what was kept aside behind an order that somebody deleted. */
        private void mendAside() {
            mend(orders.aside().stream()
                    .filter(step -> !step.isOfSale())
                    .map(Step::subject)
                    .collect(Collectors.toSet()));
        }

        private String aside() {
            return orders.aside().size() + " steps are kept aside";
        }

        private void correctLedger(Off proved) {
            // The proof may have taken seconds, in which somebody may have put it right by hand.
            behind = 0;
            Sale seen = look();
            Off off = sums.off(seen);
            if (off.drift() == 0) {
                return;
            }
            if (!off.equals(proved)) {
                trouble = CHANGED;
                return;
            }
            String reason = "movements and orders add up to " + sums;
            Corrected outcome =
                    OrderWriter.await(ledger.correct(seen, off.capacity(), off.reserved(), off.sold(), reason));
            if (outcome == Corrected.CORRECTED) {
                count(1);
                LOG.log(Level.SEVERE, "The ledger of sale {0} was corrected: it had {1}, its {2}.", new Object[] {
                    sale, numbers(seen), reason
                });
            } else {
                trouble = outcome == Corrected.IMPOSSIBLE
                        ? "the movements add up to less than nothing: " + sums
                        : CHANGED;
            }
        }

        // --- one by one ---------------------------------------------------------------------------------------------

        private static List<String> reservations(Orderly some) {
            return some.orders().stream().map(Order::reservation).toList();
        }

        /** By how many reservations the ledger has more than there are orders for. */
        private long excess(Records records) {
            goTo(records.place());
            return records.all() - sums.reservations();
        }

        /** Compares these orders; true if there are more. */
        private boolean sweep(Sweep sweep, Orderly some, Records records) {
            Set<String> differing = new HashSet<>();
            for (Order order : some.orders()) {
                if (differs(order, records.found().get(order.reservation()))) {
                    differing.add(order.reservation());
                }
            }
            if (!differing.isEmpty()) {
                between(some.place(), records.place())
                        .forEach(movement -> movement.parts().forEach(part -> differing.remove(part.reservation())));
            }
            long mended = mend(differing);
            boolean isMore = some.orders().size() == page;
            sweep.advance(isMore ? some.orders().get(page - 1).reservation() : "", differing.size() - mended);
            return isMore;
        }

        private static boolean differs(Order order, Reservation found) {
            return found == null
                    || found.status() != order.status()
                    || found.quantity() != order.quantity()
                    || !found.buyer().value().equals(order.buyer());
        }

        private int mend(Set<String> wrong) {
            int mended = mender.mend(sale, wrong);
            if (mended > 0) {
                count(mended);
                LOG.log(Level.SEVERE, "{0} orders of sale {1} were rewritten from their movements.", new Object[] {
                    mended, sale
                });
            }
            return mended;
        }

        private void count(int more) {
            corrections += more;
            corrected.accept(more);
        }
    }

    private static String numbers(Sale sale) {
        return "capacity " + sale.capacity() + ", remaining " + sale.standing().remaining() + ", returning "
                + sale.standing().returning() + ", reserved " + sale.reserved() + ", sold " + sale.sold();
    }
}
