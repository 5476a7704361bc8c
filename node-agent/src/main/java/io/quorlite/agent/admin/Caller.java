package io.quorlite.agent.admin;

/**
 * Who makes a request, as far as it was proved.
 *
 * @param name what the certificate names, empty for a Unix socket and for nobody
 * @param problem why a certificate that was shown does not count; empty where there is no such thing
 * @param address where the request came from, without a port; empty for a Unix socket
 */
public record Caller(Kind kind, String name, String address, String problem) {
    public Caller(Kind kind, String name, String address) {
        this(kind, name, address, "");
    }

    /** By what right. */
    public enum Kind {
        /** May open the Unix socket. */
        LOCAL,
        /** Has an operator's certificate. */
        ADMIN,
        /** Has a member's certificate. */
        NODE,
        /** Has shown no certificate that counts here. */
        ANONYMOUS
    }

    /** What a route asks of its callers. */
    public enum Access {
        /** Nothing: the request carries its own proof. */
        ANYONE,
        /** To look. */
        READ,
        /** To change things. */
        OPERATE
    }

    static final Caller LOCAL = new Caller(Kind.LOCAL, "", "");

    boolean may(Access access) {
        return switch (access) {
            case ANYONE -> true;
            case READ -> kind != Kind.ANONYMOUS;
            case OPERATE -> kind == Kind.LOCAL || kind == Kind.ADMIN || kind == Kind.NODE;
        };
    }
}
