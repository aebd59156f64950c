package dev.seckill;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test on a Payara Micro of its own that is started as in production ({@code payara-config}) and uses {@link SharedRedis}.
 * The class has a {@code @Deployment(testable = false)} method that returns {@link Deployment#war()}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(SharedRedis.class)
@ArquillianTest
public @interface NodeTest {}
