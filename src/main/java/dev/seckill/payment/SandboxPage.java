package dev.seckill.payment;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How the sandbox's page looks. */
final class SandboxPage {
    private static final String HTML = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Pay in the sandbox</title>
            <style>
              :root { color-scheme: light dark; }
              body { font: 1rem/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
              td { padding: 0.2rem 1rem 0.2rem 0; vertical-align: top; }
              td:first-child { white-space: nowrap; font-family: ui-monospace, monospace; }
            </style>
            </head>
            <body>
            <h1>%s</h1>
            <p>%s, to be paid until %s. This is a sandbox: no money moves.</p>
            %s
            <h2>Cards</h2>
            <table>
            %s
            </table>
            </body>
            </html>
            """;
    private static final String FORM = """
            <form method="post">
            <label>Card number <input name="card" inputmode="numeric" autocomplete="off" required maxlength="40"></label>
            <button>Pay</button>
            </form>""";
    private static final String CARDS = Stream.of(SandboxCard.values())
            .map(card -> "<tr><td>" + card.number + "</td><td>" + card.words + "</td></tr>")
            .collect(Collectors.joining("\n"));

    private SandboxPage() {}

    static void write(SandboxProvider.Bill bill, boolean isNoCard, HttpServletResponse response) throws IOException {
        String amount = BigDecimal.valueOf(bill.amount().minor(), 2) + " "
                + bill.amount().currency();
        byte[] page = HTML.formatted(escaped(bill.what()), amount, bill.until(), body(bill, isNoCard), CARDS)
                .getBytes(StandardCharsets.UTF_8);
        response.setContentType("text/html;charset=UTF-8");
        response.setHeader("Cache-Control", "no-store");
        response.setHeader(
                "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
        response.setContentLength(page.length);
        response.getOutputStream().write(page);
    }

    private static String body(SandboxProvider.Bill bill, boolean isNoCard) {
        if (bill.isOpen()) {
            String said = isNoCard
                    ? "<p role=\"alert\">That is none of the cards below.</p>\n"
                    : bill.card().isPresent() ? "<p role=\"alert\">The card was declined.</p>\n" : "";
            return said + FORM;
        }
        String how = bill.card().filter(SandboxCard::succeeds).isPresent() ? "It is paid." : "The time to pay is over.";
        return "<p role=\"status\">" + how + " <a href=\"" + escaped(bill.returnTo()) + "\">Go back</a></p>";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
