package dev.seckill.lab;

import dev.seckill.trade.Reservation;
import dev.seckill.trade.ReservationStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether what the buyers of a story heard is what the ledger says: who heard of a reservation has it, and nobody has two.
 *
 * @param heard who heard of their reservation
 * @param lost of them, whose is not in the ledger as theirs
 * @param doubled buyers who have more than the one ticket that they asked for
 * @param unheard whose reservation is in the ledger, but who had no answer to the end
 * @param findings what is wrong; the first ones
 */
record PurchaseAudit(int heard, int lost, int doubled, int unheard, List<String> findings) {
    private static final int MOST_FINDINGS = 5;

    /**
     * Compares them; nobody may still ask.
     *
     * @param purchases of buyers with numbers one after the other
     * @param ledger all reservations of the sale, among them those of buyers who came before
     * @param names that the buyers' names begin with
     */
    static PurchaseAudit of(List<Purchase> purchases, List<Reservation> ledger, String names) {
        int first = purchases.stream().mapToInt(Purchase::number).min().orElse(0);
        Map<String, List<Reservation>> byBuyer = ledger.stream()
                .filter(each ->
                        PurchaseRequest.number(names, each.buyer().value()).orElse(-1) >= first)
                .collect(Collectors.groupingBy(each -> each.buyer().value()));
        List<String> findings = new ArrayList<>();
        Set<String> known = new HashSet<>();
        Map<String, String> owners = new HashMap<>();
        int heard = 0;
        int lost = 0;
        int unheard = 0;
        for (Purchase each : purchases) {
            String buyer = PurchaseRequest.buyer(names, each.number());
            known.add(buyer);
            List<Reservation> own = byBuyer.getOrDefault(buyer, List.of());
            if (each.last() == Heard.RESERVED) {
                heard++;
                if (own.stream().noneMatch(reservation -> isOf(each, reservation))) {
                    lost++;
                    findings.add(buyer + " heard of " + each.reservation() + ", and the ledger has " + own);
                }
                String other = owners.put(each.reservation(), buyer);
                if (other != null) {
                    findings.add(buyer + " and " + other + " heard of the same reservation " + each.reservation());
                }
            } else if (each.last() == Heard.REFUSED) {
                findings.add(buyer + " was refused, and the ledger has " + own);
            } else {
                unheard += own.isEmpty() ? 0 : 1;
                findings.add(buyer + " was never answered, and the ledger has " + own);
            }
        }
        int doubled = 0;
        for (Map.Entry<String, List<Reservation>> each : byBuyer.entrySet()) {
            int tickets =
                    each.getValue().stream().mapToInt(Reservation::quantity).sum();
            if (each.getValue().size() > 1 || tickets > 1) {
                doubled++;
                findings.add(each.getKey() + " has " + each.getValue());
            }
            if (!known.contains(each.getKey())) {
                findings.add(each.getKey() + " has a reservation and never told of asking");
            }
        }
        return new PurchaseAudit(
                heard,
                lost,
                doubled,
                unheard,
                List.copyOf(findings.subList(0, Math.min(MOST_FINDINGS, findings.size()))));
    }

    private static boolean isOf(Purchase purchase, Reservation reservation) {
        return reservation.id().toString().equals(purchase.reservation())
                && reservation.status() == ReservationStatus.RESERVED;
    }

    boolean isOk() {
        return findings.isEmpty();
    }
}
