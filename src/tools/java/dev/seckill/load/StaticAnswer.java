package dev.seckill.load;

import java.util.List;

/**
 * What nginx says at the edge when all is sold, as a constant of its own: as many bytes, and no node, no cache and no file. Only
 * the copy of its files that is loaded has it.
 */
final class StaticAnswer {
    static final String PATH = "/load/static";

    static final String SOLD_OUT = "{\"code\":-1,\"msg\":\"已售罄\",\"data\":null}";

    /** At the end of site.conf. */
    static final List<String> LOCATION = """
            location = %s {
                default_type 'application/json;charset=UTF-8';
                add_header Cache-Control no-store;
                add_header X-Frame-Options SAMEORIGIN;
                return 200 '%s';
            }
            """.formatted(PATH, SOLD_OUT).lines().toList();

    private StaticAnswer() {}
}
