package io.quorlite.agent.cli;

import io.quorlite.agent.admin.AdminClient;
import io.quorlite.agent.admin.Endpoint;

/** The admin API of the node that a command is about. */
final class Connection {
    private Connection() {}

    static AdminClient open(AgentCommand command) {
        GlobalOptions global = command.global;
        if (global.endpoint == null) {
            return local(command);
        }
        Endpoint endpoint = Endpoint.parse(global.endpoint);
        if (endpoint instanceof Endpoint.Local) {
            return new AdminClient(endpoint, null);
        }
        return new AdminClient(endpoint, ClientCertificate.context(global, command.folder()));
    }

    static AdminClient local(AgentCommand command) {
        return new AdminClient(new Endpoint.Local(command.folder().adminSocket()), null);
    }
}
