package io.quorlite.agent.service;

import io.quorlite.agent.config.DataFolder;
import java.nio.file.Path;
import java.util.List;

/**
 * A service's definition. Pure.
 *
 * @param path where it goes
 * @param enable the commands that make the host know it
 */
public record ServiceFile(Path path, String name, String content, boolean executable, List<List<String>> enable) {
    /** Hand-over included, a node stops well within it. */
    private static final int STOP_SECONDS = 60;

    /** The name of the service of {@code folder}: with several on one host, the directory's is in it. */
    static String name(DataFolder folder) {
        Path last = folder.root().getFileName();
        return last == null || last.toString().equals("node-agent") ? "node-agent" : "node-agent-" + last;
    }

    /** @param user the account it runs under, which owns the data directory */
    public static ServiceFile systemd(DataFolder folder, String launcher, String user) {
        String name = name(folder);
        boolean ownDirectory = folder.root().startsWith("/var/lib");
        String text = "[Unit]\n"
                + "Description=Quorlite node agent (" + folder.root() + ")\n"
                + "After=network-online.target time-sync.target\n"
                + "Wants=network-online.target\n"
                + "StartLimitIntervalSec=60\n"
                + "StartLimitBurst=10\n"
                + "\n"
                + "[Service]\n"
                + "Type=exec\n"
                + "User=" + user + "\n"
                + "# the account's home is out of reach, see ProtectHome; the first start makes the archive for those to come\n"
                + "Environment=NODE_AGENT_CACHE=" + folder.cache() + "\n"
                + "ExecStart=" + launcher + " run --data-dir " + folder.root() + "\n"
                + "ExecStartPost=-/bin/sh -c '" + launcher + " warm-up </dev/null >/dev/null 2>&1 &'\n"
                + "# SIGHUP: it reads its settings again\n"
                + "ExecReload=/bin/kill -HUP $MAINPID\n"
                + "# SIGTERM: it hands over leadership and vote, then ends\n"
                + "KillSignal=SIGTERM\n"
                + "KillMode=mixed\n"
                + "TimeoutStopSec=" + STOP_SECONDS + "\n"
                + "Restart=on-failure\n"
                + "RestartSec=2\n"
                + "# damaged data, and a host that does not fit, are for a person to look at\n"
                + "RestartPreventExitStatus=2 5 9 11 13\n"
                + "SuccessExitStatus=143\n"
                + "LimitNOFILE=65536\n"
                + "OOMScoreAdjust=-500\n"
                + (ownDirectory
                        ? "StateDirectory=" + Path.of("/var/lib").relativize(folder.root())
                                + "\nStateDirectoryMode=0750\n"
                        : "")
                + "NoNewPrivileges=true\n"
                + "ProtectSystem=strict\n"
                + "# Netty unpacks its native library there, and the rehearsal for the archive of classes has its data there\n"
                + "PrivateTmp=true\n"
                + "ReadWritePaths=" + folder.root() + "\n"
                + (folder.root().startsWith("/home") || folder.root().startsWith("/root") ? "" : "ProtectHome=true\n")
                + "PrivateDevices=true\n"
                + "ProtectKernelTunables=true\n"
                + "ProtectKernelModules=true\n"
                + "ProtectControlGroups=true\n"
                + "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6\n"
                + "RestrictNamespaces=true\n"
                + "LockPersonality=true\n"
                + "CapabilityBoundingSet=\n"
                + "\n"
                + "[Install]\n"
                + "WantedBy=multi-user.target\n";
        return new ServiceFile(
                Path.of("/etc/systemd/system", name + ".service"),
                name,
                text,
                false,
                List.of(List.of("systemctl", "daemon-reload"), List.of("systemctl", "enable", name)));
    }

    /** @param user the account it runs under, which owns the data directory */
    public static ServiceFile openRc(DataFolder folder, String launcher, String user) {
        String name = name(folder);
        String text = "#!/sbin/openrc-run\n"
                + "description=\"Quorlite node agent (" + folder.root() + ")\"\n"
                + "supervisor=supervise-daemon\n"
                + "command=\"" + launcher + "\"\n"
                + "command_args=\"run --data-dir " + folder.root() + "\"\n"
                + "command_user=\"" + user + "\"\n"
                + "output_log=\"" + folder.log() + "\"\n"
                + "error_log=\"" + folder.log() + "\"\n"
                + "respawn_delay=2\n"
                + "respawn_max=10\n"
                + "respawn_period=60\n"
                + "# SIGTERM: it hands over leadership and vote, then ends\n"
                + "retry=\"TERM/" + STOP_SECONDS + "/KILL/5\"\n"
                + "rc_ulimit=\"-n 65536\"\n"
                + "extra_started_commands=\"reload\"\n"
                + "\n"
                + "depend() {\n"
                + "    need net\n"
                + "    use dns logger\n"
                + "    after firewall ntp-client chronyd\n"
                + "}\n"
                + "\n"
                + "# SIGHUP: it reads its settings again\n"
                + "reload() {\n"
                + "    ebegin \"Reloading $RC_SVCNAME\"\n"
                + "    supervise-daemon \"$RC_SVCNAME\" --signal HUP\n"
                + "    eend $?\n"
                + "}\n";
        return new ServiceFile(
                Path.of("/etc/init.d", name), name, text, true, List.of(List.of("rc-update", "add", name, "default")));
    }
}
