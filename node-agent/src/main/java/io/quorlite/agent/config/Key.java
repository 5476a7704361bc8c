package io.quorlite.agent.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** A setting: its place in the file, its option on the command line, its variable in the environment, its default. */
public enum Key {
    API_VERSION("apiVersion", "", Configuration.API_VERSION, "the form of this file"),
    NAME("name", "--name", "", "this node's name, from init or join on"),
    DATA_DIR("dataDir", "--data-dir", "", "where its data is; in a file given with --config only"),
    LISTEN_CLIENT("listen.client", "--listen-client", "", "where it serves the etcd v3 API: host:port, or several"),
    LISTEN_PEER("listen.peer", "--listen-peer", "", "where it listens for the other members"),
    LISTEN_ADMIN("listen.admin", "--listen-admin", "", "where it serves its admin API"),
    ADVERTISE_HOST("advertise.host", "--advertise", "", "the address, or name, that others reach it at"),
    VOTERS("cluster.voters", "--voters", "3", "how many members vote: 3, 5 or 7"),
    STANDBYS("cluster.standbys", "--standbys", "3", "how many wait to take a vote: 0 to 6"),
    FAILURE_DOMAIN("cluster.failureDomain", "--failure-domain", "", "what fails together with this node"),
    ELECTION_TIMEOUT("raft.electionTimeout", "--election-timeout", "500ms", "how long a leader may be silent"),
    SNAPSHOT_ENTRIES("raft.snapshotEntries", "--snapshot-entries", "10000", "entries until the log is compacted"),
    LOG_TAIL_ENTRIES("raft.logTailEntries", "--log-tail-entries", "5000", "entries kept for members that lag a little"),
    QUOTA("storage.quotaBytes", "--quota", "8GiB", "how large the data may grow"),
    TLS_MODE("tls.mode", "", "none", "auto: mutual TLS on every TCP port; none: plain text on loopback addresses only"),
    CERTIFICATE_LIFETIME("tls.certificateLifetime", "", "365d", "how long a certificate is good for"),
    LOG_LEVEL("log.level", "--log-level", "info", "error, warn, info, debug or trace");

    private final String path;
    private final String option;
    private final String defaultValue;
    private final String description;

    Key(String path, String option, String defaultValue, String description) {
        this.path = path;
        this.option = option;
        this.defaultValue = defaultValue;
        this.description = description;
    }

    /** In the file, with dots between the levels. */
    public String path() {
        return path;
    }

    /** On the command line of {@code run}; empty for none. */
    public String option() {
        return option;
    }

    /** In the environment, named after the option where there is one. */
    public String variable() {
        String words = option.isEmpty() ? path.replaceAll("([a-z])([A-Z])", "$1-$2") : option.substring(2);
        return "NODE_AGENT_" + words.replace('-', '_').replace('.', '_').toUpperCase(Locale.ROOT);
    }

    public String defaultValue() {
        return defaultValue;
    }

    public String description() {
        return description;
    }

    static Optional<Key> ofPath(String path) {
        return Arrays.stream(values()).filter(key -> key.path.equals(path)).findFirst();
    }
}
