package dev.seckill.http;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** Puts the resources under /api. */
@ApplicationPath("api")
public class SeckillApplication extends Application {}
