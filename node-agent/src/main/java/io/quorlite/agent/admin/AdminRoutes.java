package io.quorlite.agent.admin;

import io.quorlite.agent.admin.Caller.Access;
import io.quorlite.agent.join.Admissions;
import io.quorlite.agent.join.JoinRequest;
import io.quorlite.agent.pki.AuthorityRotation;
import io.quorlite.agent.pki.NodeSecurity;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;
import io.quorlite.etcd.EtcdServer;
import io.quorlite.etcd.ProbeReply;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the admin API offers. */
public final class AdminRoutes {
    private static final long PROBE_SECONDS = 10;

    private final LocalNode node;
    private final StatusSource status;
    private final RunningConfiguration configuration;
    private final EtcdServer etcd;
    private final @Nullable Secured secured;

    private AdminRoutes(
            LocalNode node,
            StatusSource status,
            RunningConfiguration configuration,
            EtcdServer etcd,
            @Nullable Secured secured) {
        this.secured = secured;
        this.node = node;
        this.status = status;
        this.configuration = configuration;
        this.etcd = etcd;
    }

    /** What a node has that others can join. */
    public record Secured(Admissions admissions, NodeSecurity certificates, AuthorityRotation rotation) {}

    /** @param secured null for a node in plain text, which nobody can join */
    public static Routes create(
            LocalNode node,
            StatusSource status,
            RunningConfiguration configuration,
            EtcdServer etcd,
            @Nullable Secured secured) {
        return new AdminRoutes(node, status, configuration, etcd, secured).routes();
    }

    private Routes routes() {
        LeaderRoute leader = new LeaderRoute(node);
        MemberOperations members = new MemberOperations(node, leader);
        Routes routes = new Routes()
                .add("GET", "/v1/node", Access.READ, request -> status.local())
                .add("GET", "/v1/status", Access.READ, request -> status.cluster())
                .add(
                        "GET",
                        "/v1/members",
                        Access.READ,
                        request -> Map.of("members", status.cluster().members()))
                .add(
                        "GET",
                        "/v1/alarms",
                        Access.READ,
                        request -> Map.of("alarms", status.cluster().alarms()))
                .add("GET", "/v1/config", Access.READ, request -> config())
                .add("POST", "/v1/config/reload", Access.OPERATE, request -> reload())
                .add(
                        "DELETE",
                        "/v1/members/{id}",
                        Access.OPERATE,
                        members.withLostAnswers(leader.onLeader(members::remove)))
                .add("POST", "/v1/members/{id}/role", Access.OPERATE, leader.onLeader(members::role))
                .add("POST", "/v1/members/{id}/drain", Access.OPERATE, leader.onLeader(members::drain))
                .add("POST", "/v1/members/{id}/undrain", Access.OPERATE, leader.onLeader(members::undrain))
                .add("POST", "/v1/members/{id}/weight", Access.OPERATE, leader.onLeader(members::weight))
                .add("POST", "/v1/leader", Access.OPERATE, leader.onLeader(members::moveLeader))
                .add("POST", "/v1/compact", Access.OPERATE, request -> compact())
                .add("POST", "/v1/stop", Access.OPERATE, request -> stop())
                .add("GET", "/ui", Access.READ, request -> StatusPage.reply());
        if (secured != null) {
            Membership membership = new Membership(node, secured.admissions());
            Certificates certificates = new Certificates(node, secured.certificates(), secured.rotation());
            routes.add("POST", JoinRequest.PATH, Access.ANYONE, leader.onLeader(membership::join))
                    .add("GET", "/v1/tokens", Access.OPERATE, request -> membership.tokens())
                    .add("POST", "/v1/tokens", Access.OPERATE, membership::createToken)
                    .add("DELETE", "/v1/tokens/{id}", Access.OPERATE, membership::revokeToken)
                    .add("GET", "/v1/certs", Access.READ, request -> certificates.status())
                    .add("POST", "/v1/certs/renew", Access.OPERATE, request -> certificates.renew())
                    .add("POST", "/v1/certs/rotation", Access.OPERATE, certificates::rotate)
                    .add("DELETE", "/v1/certs/rotation", Access.OPERATE, request -> certificates.undoRotation())
                    .add("POST", "/v1/certs/revoke/{name}", Access.OPERATE, certificates::revoke);
        } else {
            routes.add("GET", "/v1/tokens", Access.OPERATE, request -> notSecured())
                    .add("POST", "/v1/tokens", Access.OPERATE, request -> notSecured())
                    .add("GET", "/v1/certs", Access.OPERATE, request -> notSecured());
        }
        for (String probe : List.of("/health", "/livez", "/readyz", "/version", "/livez/{check}", "/readyz/{check}")) {
            routes.add("GET", probe, Access.ANYONE, this::probe);
        }
        return routes;
    }

    private static Object notSecured() {
        throw new Refusal(
                ExitCode.USAGE,
                "PLAIN_TEXT",
                "This node was started in plain text, and nobody can join it.",
                "Stop it and make it the first node of a cluster, with its data: node-agent init --data-dir DIR");
    }

    private Object config() {
        List<Map<String, String>> settings = new ArrayList<>();
        configuration.settings().forEach((key, setting) -> {
            Map<String, String> shown = new LinkedHashMap<>();
            shown.put("key", key.path());
            shown.put("value", setting.text());
            shown.put("origin", setting.origin());
            settings.add(shown);
        });
        return Map.of("settings", settings);
    }

    private Object reload() {
        return Map.of("changes", configuration.reload());
    }

    /** Forgets all history but the newest: an operator's step after deletions, as those free nothing by themselves. */
    private Object compact() throws Exception {
        long revision = node.store().checkLinearizable().get(PROBE_SECONDS, TimeUnit.SECONDS);
        long compacted = node.store().compact(revision, true).get(60, TimeUnit.SECONDS);
        return Map.of("revision", revision, "headerRevision", compacted);
    }

    private Object stop() {
        node.stop().run();
        return Map.of("stopping", node.name());
    }

    private Object probe(AdminRequest request) throws Exception {
        ProbeReply reply = etcd.probe(request.method(), request.target()).get(PROBE_SECONDS, TimeUnit.SECONDS);
        return new AdminReply(reply.status(), reply.contentType(), reply.body());
    }
}
