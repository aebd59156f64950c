package dev.seckill.purchase;

import dev.seckill.identity.Callers;
import dev.seckill.identity.Unidentified;
import dev.seckill.identity.UnidentifiedMapper;
import dev.seckill.stock.LocalStock;
import dev.seckill.trade.BuyerId;
import dev.seckill.trade.SaleId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/**
 * Tells at the door who may go on, the cheapest first: "sold out" to whom the gate refuses by the name it merely claims,
 * because that is what everybody may hear; "busy" while as many are inside as can be answered soon; and only then it
 * verifies who it is.
 *
 * <p>While the gate is closed a token that is not valid hears "sold out" like everybody else. Otherwise a forged one would
 * tell whether the buyer that it names has won.
 */
@ApplicationScoped
public class Door {
    private LocalStock localStock;
    private InFlight inFlight;
    private Callers callers;

    @Inject
    Door(LocalStock localStock, InFlight inFlight, Callers callers) {
        this.localStock = localStock;
        this.inFlight = inFlight;
        this.callers = callers;
    }

    /** For the container's proxy. */
    Door() {}

    /** Public, because the container's proxy calls the rest by reflection. */
    public Admission admit(SaleId sale, String authorization) {
        boolean isClosed = localStock.refuses(sale, BuyerId.ANONYMOUS);
        if (isClosed && localStock.refuses(sale, callers.claimed(authorization))) {
            return Admission.SOLD_OUT;
        }
        if (!isClosed && inFlight.isFull()) {
            return Admission.BUSY;
        }
        try {
            BuyerId buyer = callers.verified(authorization).buyer();
            return isClosed && inFlight.isFull() ? Admission.BUSY : Admission.of(buyer);
        } catch (Unidentified e) {
            return isClosed
                    ? Admission.SOLD_OUT
                    : Admission.refused(UnidentifiedMapper.problem(e).reply());
        }
    }

    /** The same for somebody who does not say who it is. */
    public Admission admitAnonymous(SaleId sale) {
        if (localStock.refuses(sale, BuyerId.ANONYMOUS)) {
            return Admission.SOLD_OUT;
        }
        return inFlight.isFull() ? Admission.BUSY : Admission.of(BuyerId.ANONYMOUS);
    }
}
