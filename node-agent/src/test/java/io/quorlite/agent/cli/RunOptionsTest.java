package io.quorlite.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorlite.agent.config.Sizes;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the command line refuses, with which exit code, and in which words. */
class RunOptionsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            5 | run --listen-client 0.0.0.0:2379 | Refused: --listen-client 0.0.0.0:2379 is not a loopback address
            5 | run --listen-client [::]:2379 | is not a loopback address
            5 | run --name n1 --initial-cluster n1=10.0.0.1:2380,n2=10.0.0.2:2380 | Refused: --listen-peer 10.0.0.1:2380
            2 | run --listen-client nonsense | --listen-client: not a host:port address: 'nonsense'
            2 | run --listen-client 127.0.0.1:99999 | --listen-client: not an address
            2 | run --listen-client https://127.0.0.1:2379 | plain text on loopback addresses only
            2 | run --name n1 --initial-cluster n2=127.0.0.1:2380,n3=127.0.0.1:2381 | --name n1 is not in --initial-cluster
            2 | run --name n1 --initial-cluster n1=127.0.0.1:2380,n2=127.0.0.1:2380 | the same member or the same address
            2 | run --name n1 --initial-cluster n1 | 'n1' is not name=host:port
            2 | run --election-timeout 10 | --election-timeout: 50 to 50000 milliseconds
            2 | run --quota much | --quota: 'much' is not a size such as 8GiB
            2 | run --quota 0 | --quota: '0' is out of range
            2 | run --snapshot-entries 1 | --snapshot-entries: at least 10
            2 | run --log-tail-entries -1 | --log-tail-entries: not negative
            2 | run --lisen-client 127.0.0.1:1 | Unknown options
            2 | rn | Unmatched argument
            """)
    void refuses(int exitCode, String line, String words) {
        StringWriter err = new StringWriter();
        String[] arguments = (line + " --data-dir " + folder.resolve("data")).split(" ");

        int code = CommandLines.execute(Map.of(), parser -> parser.setErr(new PrintWriter(err)), arguments);

        assertThat(code).isEqualTo(exitCode);

        assertThat(err.toString()).contains(words);
        assertThat(Files.exists(folder.resolve("data"))).as("nothing was made").isFalse();
    }

    @Test
    void readsSizesAsPeopleWriteThem() {
        assertThat(Sizes.parse("--quota", "8GiB")).isEqualTo(8L << 30);
        assertThat(Sizes.parse("--quota", "512 MiB")).isEqualTo(512L << 20);
        assertThat(Sizes.parse("--quota", "1048576")).isEqualTo(1 << 20);
    }

    @Test
    void showsHelpForEveryCommand() {
        StringWriter out = new StringWriter();

        int code = CommandLines.execute(Map.of(), parser -> parser.setOut(new PrintWriter(out)), "help", "run");

        assertThat(code).isZero();

        assertThat(out.toString()).contains("--initial-cluster", "--data-dir", "--listen-client");
    }
}
