package io.quorlite.faults.nemesis;

import io.quorlite.faults.cluster.FaultCluster;
import io.quorlite.faults.nemesis.Capabilities.Need;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Every fault there is, by its name on the command line. */
public enum FaultKind {
    NONE(cluster -> null),
    KILL_ONE(cluster -> new Crash(cluster, Targets.ONE)),
    KILL_LEADER(cluster -> new Crash(cluster, Targets.LEADER)),
    KILL_ALL(cluster -> new Crash(cluster, Targets.ALL)),
    PAUSE_ONE(cluster -> new Pause(cluster, Targets.ONE)),
    PAUSE_LEADER(cluster -> new Pause(cluster, Targets.LEADER)),
    ROLLING_RESTART(RollingRestart::new),
    PARTITION_ONE(cluster -> new Partition(cluster, Partition.Shape.ONE)),
    PARTITION_LEADER(cluster -> new Partition(cluster, Partition.Shape.LEADER)),
    PARTITION_HALVES(cluster -> new Partition(cluster, Partition.Shape.HALVES)),
    PARTITION_RING(cluster -> new Partition(cluster, Partition.Shape.RING)),
    DEAF(cluster -> new Partition(cluster, Partition.Shape.DEAF)),
    MUTE(cluster -> new Partition(cluster, Partition.Shape.MUTE)),
    SLOW_LINKS(SlowLinks::new),
    RESETS(Resets::new),
    TORN_TAIL(cluster -> new Damage(cluster, Damage.Kind.TORN_TAIL)),
    FLIP_LOG_HEAD(cluster -> new Damage(cluster, Damage.Kind.LOG_HEAD)),
    FLIP_LOG_MIDDLE(cluster -> new Damage(cluster, Damage.Kind.LOG_MIDDLE)),
    FLIP_VOTE(cluster -> new Damage(cluster, Damage.Kind.VOTE)),
    FLIP_SNAPSHOT(cluster -> new Damage(cluster, Damage.Kind.SNAPSHOT)),
    FLIP_DATABASE(cluster -> new Damage(cluster, Damage.Kind.DATABASE)),
    POWER_ONE(cluster -> new PowerLoss(cluster, Targets.ONE), Need.DISKS),
    POWER_MAJORITY(cluster -> new PowerLoss(cluster, Targets.MAJORITY), Need.DISKS),
    POWER_ALL(cluster -> new PowerLoss(cluster, Targets.ALL), Need.DISKS),
    DISK_FULL_ONE(cluster -> new FullDisk(cluster, Targets.ONE), Need.DISKS),
    DISK_FULL_ALL(cluster -> new FullDisk(cluster, Targets.ALL), Need.DISKS),
    FSYNC_SLOW(
            cluster -> new Syscalls(cluster, Targets.LEADER, "fsync,fdatasync", "delay_enter=100000"), Need.SYSCALLS),
    FSYNC_FAILS(cluster -> new Syscalls(cluster, Targets.ONE, "fsync,fdatasync", "error=EIO:when=5+20"), Need.SYSCALLS),
    WRITE_FAILS(cluster -> new Syscalls(cluster, Targets.ONE, "pwrite64", "error=EIO:when=20+50"), Need.SYSCALLS),
    CLOCK(ClockJumps::new, Need.CLOCKS),
    MEMBERS(MemberChurn::new);

    private static final Set<FaultKind> DAMAGES =
            EnumSet.of(TORN_TAIL, FLIP_LOG_HEAD, FLIP_LOG_MIDDLE, FLIP_VOTE, FLIP_SNAPSHOT, FLIP_DATABASE);
    private static final Set<FaultKind> LINKS = EnumSet.of(
            PARTITION_ONE, PARTITION_LEADER, PARTITION_HALVES, PARTITION_RING, DEAF, MUTE, SLOW_LINKS, RESETS);
    private static final Set<FaultKind> IO_ERRORS = EnumSet.of(DISK_FULL_ONE, DISK_FULL_ALL, FSYNC_FAILS, WRITE_FAILS);

    private final Function<FaultCluster, @Nullable Fault> maker;
    private final Set<Need> needs = EnumSet.noneOf(Need.class);

    FaultKind(Function<FaultCluster, @Nullable Fault> maker, Need... needs) {
        this.maker = maker;
        this.needs.addAll(Arrays.asList(needs));
    }

    /** The fault's name on the command line and in histories. */
    public String argument() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The faults of a name, several of them joined by {@code +}.
     *
     * @throws IllegalArgumentException if there is no such fault
     */
    public static List<FaultKind> parse(String names) {
        List<FaultKind> kinds = new ArrayList<>();
        for (String name : names.split("\\+")) {
            kinds.add(Arrays.stream(values())
                    .filter(kind -> kind.argument().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no fault is called " + name)));
        }
        return List.copyOf(kinds);
    }

    public boolean needs(Need need) {
        return needs.contains(need);
    }

    /** Why it cannot be done here, in words; null where it can. */
    public @Nullable String missing(Capabilities capabilities) {
        for (Need need : needs) {
            if (capabilities.missing(need) != null) {
                return argument() + ": " + capabilities.missing(need);
            }
        }
        return null;
    }

    /** Whether it needs the links between members, which are out of reach where those speak TLS. */
    public boolean needsLinks() {
        return LINKS.contains(this);
    }

    /** Whether a node may rightly refuse to start after it: it found its data damaged. */
    public boolean mayDisable() {
        return DAMAGES.contains(this);
    }

    /** What nodes' logs may say because of it. */
    public List<Pattern> expectedInLogs() {
        return DAMAGES.contains(this) || IO_ERRORS.contains(this) || needs.contains(Need.DISKS)
                ? List.of(Pattern.compile("(?i)error|exception|fatal|corrupt|damage|i/o|space"))
                : List.of();
    }

    @Nullable Fault on(FaultCluster cluster) {
        return maker.apply(cluster);
    }
}
