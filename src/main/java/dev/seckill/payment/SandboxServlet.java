package dev.seckill.payment;

import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;

/** The sandbox's page, on which a buyer types a card's number. There is none where money is real. */
@WebServlet(urlPatterns = SandboxProvider.PATH + "*")
public class SandboxServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    private transient Payments payments;

    /** For the container, which injects the rest. */
    public SandboxServlet() {}

    @Inject
    void meet(Payments payments) {
        this.payments = payments;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        answer(request, response, Optional.empty());
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        answer(
                request,
                response,
                Optional.of(request.getParameter("card") == null ? "" : request.getParameter("card")));
    }

    private void answer(HttpServletRequest request, HttpServletResponse response, Optional<String> card)
            throws IOException {
        try {
            String reference =
                    request.getPathInfo() == null ? "" : request.getPathInfo().substring(1);
            answer(reference, card, response);
        } catch (PaymentsAway away) {
            PaymentsAwayMapper.problem(away).reply().write(response);
        }
    }

    private void answer(String reference, Optional<String> number, HttpServletResponse response) throws IOException {
        Optional<SandboxProvider.Bill> bill = payments.sandbox(sandbox -> sandbox.bill(reference));
        Optional<SandboxCard> card = number.flatMap(SandboxCard::of);
        if (bill.isEmpty()) {
            PaymentRefusedMapper.problem(PaymentRefused.Reason.NO_PAYMENT)
                    .reply()
                    .write(response);
        } else if (card.isPresent() && payments.sandbox(sandbox -> sandbox.pay(reference, card.get()))) {
            response.setHeader("Location", bill.get().returnTo());
            response.setStatus(HttpServletResponse.SC_SEE_OTHER);
        } else {
            response.setStatus(number.isEmpty() ? HttpServletResponse.SC_OK : HttpServletResponse.SC_CONFLICT);
            SandboxPage.write(bill.get(), number.isPresent() && card.isEmpty(), response);
        }
    }
}
