package io.quorlite.command;

import io.quorlite.mvcc.Txn;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The binary form of a batch of proposals, which is an entry of the replicated log.
 *
 * <pre>
 * entry     version(1 byte, 1)  count(4 bytes)  proposal*
 * proposal  origin(8 bytes)  sequence(varint)  kind(1 byte)  body
 * body      1 single operation   op
 *           2 transaction        compares, success, failure: each count(varint) and as many
 *           3 lease grant        id(8 bytes)  ttl seconds(signed varint)
 *           4 lease revoke       id(8 bytes)
 *           5 lease checkpoint   count(varint), as many id(8 bytes)  remaining seconds(signed varint)
 *           6 compact            revision(signed varint)
 *           7 in term            term(varint)  kind(1 byte)  body, not again of this kind
 *           8 system write       {@link SystemTxnCodec}'s
 * </pre>
 *
 * <p>Operations and compares are {@link TxnCodec}'s. Numbers are big-endian where fixed; see {@link ByteWriter} for the others.
 * A format once released stays readable: the golden files of the tests hold it.
 *
 * <p>Stateless and thread-safe; a {@link Batch} belongs to one thread.
 */
public final class CommandCodec {
    static final int VERSION = 1;

    private static final int SINGLE_OP = 1;
    private static final int TXN = 2;
    private static final int LEASE_GRANT = 3;
    private static final int LEASE_REVOKE = 4;
    private static final int LEASE_CHECKPOINT = 5;
    private static final int COMPACT = 6;
    private static final int IN_TERM = 7;
    private static final int SYSTEM_WRITE = 8;

    private CommandCodec() {}

    /** The entry for {@code proposals}. */
    public static byte[] encode(List<Proposal> proposals) {
        return encode(proposals, Batch.CAPACITY_BYTES);
    }

    /** The same where it is known about how long the entry will be, which saves making room for it in steps. */
    public static byte[] encode(List<Proposal> proposals, int bytesExpected) {
        Batch batch = new Batch(bytesExpected);
        proposals.forEach(batch::add);
        return batch.finish();
    }

    /**
     * The proposals of an entry, in order.
     *
     * @throws MalformedCommandException if {@code entry} is not a whole entry of a version known here, and nothing else
     */
    public static List<Proposal> decode(byte[] entry) {
        ByteReader in = new ByteReader(entry);
        int version = in.octet();
        if (version != VERSION) {
            throw new MalformedCommandException(
                    "entry in format version " + version + ", this build reads version " + VERSION);
        }
        int count = in.fixedInt();
        if (count < 0 || count > in.remaining()) {
            throw in.malformed("batch of " + Integer.toUnsignedString(count) + " proposals");
        }
        List<Proposal> proposals = new ArrayList<>(Math.min(count, 1_024));
        for (int i = 0; i < count; i++) {
            proposals.add(new Proposal(new RequestId(in.fixedLong(), in.number()), readCommand(in)));
        }
        if (in.remaining() > 0) {
            throw in.malformed(in.remaining() + " bytes too many");
        }
        return proposals;
    }

    /** Collects proposals into an entry, whose size is known as it grows. Not thread-safe. */
    public static final class Batch {
        private static final int COUNT_POSITION = 1;
        private static final int HEADER_BYTES = 5;
        private static final int CAPACITY_BYTES = 4_096;

        private final int capacityBytes;
        private @Nullable ByteWriter begun;
        private int count;

        public Batch() {
            this(CAPACITY_BYTES);
        }

        private Batch(int capacityBytes) {
            this.capacityBytes = HEADER_BYTES + capacityBytes;
        }

        /**
         * Adds a proposal at the end.
         *
         * @throws IllegalArgumentException if transactions are nested too deep; the batch is as before then
         */
        public void add(Proposal proposal) {
            ByteWriter out = out();
            int before = out.size();
            try {
                out.fixedLong(proposal.id().origin());
                out.number(proposal.id().sequence());
                writeCommand(out, proposal.command());
                count++;
            } catch (IllegalArgumentException refused) {
                out.truncate(before);
                throw refused;
            }
        }

        public int count() {
            return count;
        }

        public int sizeBytes() {
            return out().size();
        }

        /** The entry; the batch is empty afterwards. */
        public byte[] finish() {
            ByteWriter out = out();
            out.fixedIntAt(COUNT_POSITION, count);
            byte[] entry = out.toByteArray();
            begun = null;
            count = 0;
            return entry;
        }

        private ByteWriter out() {
            ByteWriter out = begun;
            if (out == null) {
                out = new ByteWriter(capacityBytes);
                out.octet(VERSION);
                out.fixedInt(0);
                assert out.size() == HEADER_BYTES;
                begun = out;
            }
            return out;
        }
    }

    private static void writeCommand(ByteWriter out, Command command) {
        if (command instanceof Command.Write write) {
            writeTxn(out, write.txn());
        } else if (command instanceof Command.LeaseGrant grant) {
            out.octet(LEASE_GRANT);
            out.fixedLong(grant.id());
            out.signedNumber(grant.ttlSeconds());
        } else if (command instanceof Command.LeaseRevoke revoke) {
            out.octet(LEASE_REVOKE);
            out.fixedLong(revoke.id());
        } else if (command instanceof Command.LeaseCheckpoint checkpoint) {
            writeCheckpoint(out, checkpoint);
        } else if (command instanceof Command.Compact compact) {
            out.octet(COMPACT);
            out.signedNumber(compact.revision());
        } else if (command instanceof Command.SystemWrite write) {
            out.octet(SYSTEM_WRITE);
            SystemTxnCodec.write(out, write.txn());
        } else if (command instanceof Command.InTerm bound) {
            out.octet(IN_TERM);
            out.number(bound.term());
            writeCommand(out, bound.command());
        } else {
            throw new AssertionError(command);
        }
    }

    private static void writeTxn(ByteWriter out, Txn txn) {
        if (isSingleOp(txn)) {
            out.octet(SINGLE_OP);
            TxnCodec.writeOp(out, txn.success().get(0), 0);
        } else {
            out.octet(TXN);
            TxnCodec.writeTxn(out, txn, 0);
        }
    }

    private static boolean isSingleOp(Txn txn) {
        return txn.compares().isEmpty()
                && txn.success().size() == 1
                && txn.failure().isEmpty();
    }

    private static void writeCheckpoint(ByteWriter out, Command.LeaseCheckpoint checkpoint) {
        out.octet(LEASE_CHECKPOINT);
        out.number(checkpoint.leases().size());
        for (Command.LeaseCheckpoint.Remaining lease : checkpoint.leases()) {
            out.fixedLong(lease.id());
            out.signedNumber(lease.remainingSeconds());
        }
    }

    private static Command readCommand(ByteReader in) {
        int kind = in.octet();
        return kind == IN_TERM ? new Command.InTerm(in.number(), readUnbound(in, in.octet())) : readUnbound(in, kind);
    }

    private static Command readUnbound(ByteReader in, int kind) {
        return switch (kind) {
            case SINGLE_OP -> new Command.Write(Txn.of(TxnCodec.readOp(in, 0)));
            case TXN -> new Command.Write(TxnCodec.readTxn(in, 0));
            case LEASE_GRANT -> new Command.LeaseGrant(in.fixedLong(), in.signedNumber());
            case LEASE_REVOKE -> new Command.LeaseRevoke(in.fixedLong());
            case LEASE_CHECKPOINT -> readCheckpoint(in);
            case COMPACT -> new Command.Compact(in.signedNumber());
            case SYSTEM_WRITE -> new Command.SystemWrite(SystemTxnCodec.read(in));
            default -> throw in.malformed("unknown kind of command " + kind);
        };
    }

    private static Command readCheckpoint(ByteReader in) {
        int count = in.count();
        List<Command.LeaseCheckpoint.Remaining> leases = new ArrayList<>(Math.min(count, 64));
        for (int i = 0; i < count; i++) {
            leases.add(new Command.LeaseCheckpoint.Remaining(in.fixedLong(), in.signedNumber()));
        }
        return new Command.LeaseCheckpoint(leases);
    }
}
