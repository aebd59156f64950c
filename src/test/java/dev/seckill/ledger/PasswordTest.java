package dev.seckill.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.seckill.trade.BadInput;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where passwords come from. Touches files. */
class PasswordTest {
    @TempDir
    private Path folder;

    private static Optional<String> password(Map<String, String> settings) {
        Config config = (Config) Proxy.newProxyInstance(
                PasswordTest.class.getClassLoader(),
                new Class<?>[] {Config.class},
                (proxy, method, arguments) -> Optional.ofNullable(settings.get((String) arguments[0])));
        return Password.of(config, "seckill.x.password");
    }

    private Optional<String> inFile(String content) throws IOException {
        Path file = Files.writeString(folder.resolve("secret"), content);
        return password(Map.of("seckill.x.password-file", file.toString()));
    }

    @Test
    void isTheOneThatIsSetOrNone() {
        assertThat(password(Map.of("seckill.x.password", "open sesame"))).contains("open sesame");
        assertThat(password(Map.of())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {" p\u00e4ss word ", " p\u00e4ss word \n", " p\u00e4ss word \r\n"})
    void isTheLineInTheFile(String content) throws IOException {
        assertThat(inFile(content)).contains(" p\u00e4ss word ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "one\ntwo\n"})
    void isNotGuessedFromAFileOfAnotherForm(String content) {
        assertThatThrownBy(() -> inFile(content))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("seckill.x.password-file")
                .hasMessageNotContaining("two");
        assertThatThrownBy(() -> inFile("x".repeat(2_000))).isInstanceOf(BadInput.class);
    }

    @Test
    void isNotTakenFromTwoPlaces() {
        assertThatThrownBy(() -> password(Map.of("seckill.x.password", "a", "seckill.x.password-file", "b")))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("unset one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-such-file", "", "\0"})
    void saysWhichFileItCannotRead(String name) {
        String file = name.isEmpty() ? folder.toString() : name;

        assertThatThrownBy(() -> password(Map.of("seckill.x.password-file", file)))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("seckill.x.password-file can't be read");
    }
}
