package dev.seckill.http;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.core.Response;
import java.io.IOException;

/**
 * What is refused outside JAX-RS (no such page, no such method there), in the form of all other problems: the server asks
 * for it, as web.xml says, where it would show a page of its own.
 */
@WebServlet(urlPatterns = ErrorPage.PATH)
public class ErrorPage extends HttpServlet {
    static final String PATH = "/error";

    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        // Nobody has an error who comes here by the address.
        boolean isAsked = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer;
        int status = isAsked ? (Integer) request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) : 404;
        problem(status).reply().write(response);
    }

    private static Problem problem(int status) {
        if (status >= 500 && status != 501) {
            return new Problem(
                    status, "fault", "Something broke here", "It was not your request's fault; the log has more.");
        }
        Response.Status known = Response.Status.fromStatusCode(status);
        String title = known == null ? "Refused" : known.getReasonPhrase();
        return new Problem(status, "http", title, "See /openapi for what is served here.");
    }
}
