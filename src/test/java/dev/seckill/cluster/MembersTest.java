package dev.seckill.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.enterprise.event.Startup;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import org.junit.jupiter.api.Test;

/** A node without Hazelcast. Touches memory. */
class MembersTest {
    @Test
    void isAloneOnAServerThatDoesNotKnowHazelcast() throws Exception {
        URL classes = Members.class.getProtectionDomain().getCodeSource().getLocation();
        try (URLClassLoader server = new WithoutHazelcast(classes)) {
            Class<?> type = server.loadClass(Members.class.getName());
            // as a container looks for what it has to inject and to call
            assertThat(type.getDeclaredFields()).isNotEmpty();
            Method begin = type.getDeclaredMethod("begin", Startup.class);
            begin.setAccessible(true);
            Object members = type.getConstructor().newInstance();

            begin.invoke(members, new Object[] {null});

            assertThat(type.getMethod("count").invoke(members)).isEqualTo(1);
        }
    }

    private static final class WithoutHazelcast extends URLClassLoader {
        WithoutHazelcast(URL classes) {
            super(new URL[] {classes}, MembersTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                if (name.startsWith("com.hazelcast.")) {
                    throw new ClassNotFoundException(name);
                }
                if (!name.startsWith(Members.class.getPackageName())) {
                    return super.loadClass(name, resolve);
                }
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : findClass(name);
            }
        }
    }
}
