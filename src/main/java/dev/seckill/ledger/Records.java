package dev.seckill.ledger;

import dev.seckill.trade.BadInput;
import dev.seckill.trade.Place;
import dev.seckill.trade.Reservation;
import dev.seckill.trade.ReservationId;
import dev.seckill.trade.SaleId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Some of a sale's reservations as they stood.
 *
 * @param place where the sale stood then
 * @param all how many reservations the sale had then
 * @param found by code, those of the asked that were there and can be read
 */
public record Records(Place place, long all, Map<String, Reservation> found) {
    static Records of(SaleId sale, List<String> codes, Reply reply) {
        Map<String, Reservation> found = new HashMap<>();
        for (int i = 0; i < codes.size(); i++) {
            String code = codes.get(i);
            try {
                found.put(code, Reservation.parse(new ReservationId(sale, code), reply.text(1 + i)));
            } catch (BadInput | IllegalArgumentException | IndexOutOfBoundsException e) {
                // Not there, or not written by a script: either way it is not the one that was asked for.
                found.remove(code);
            }
        }
        Place place = new Place(reply.standing().epoch(), reply.standing().seq());
        return new Records(place, reply.result(0), found);
    }
}
