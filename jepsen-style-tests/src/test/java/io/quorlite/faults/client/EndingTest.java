package io.quorlite.faults.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorlite.faults.history.Failure;
import io.quorlite.faults.history.KeyRange;
import io.quorlite.faults.history.Outcome;
import io.quorlite.faults.history.StoreRequest;
import java.net.ConnectException;
import java.util.List;
import org.junit.jupiter.api.Test;

class EndingTest {
    private static final StoreRequest PUT = new StoreRequest.Put("k", "v");
    private static final StoreRequest READ = new StoreRequest.Range(KeyRange.single("k"));

    @Test
    void aWriteWithoutAnAnswerMayHaveHappened() {
        for (Status status : List.of(
                Status.DEADLINE_EXCEEDED,
                Status.CANCELLED,
                Status.UNAVAILABLE.withDescription("Network closed for unknown reason"),
                Status.UNAVAILABLE.withDescription("etcdserver: request timed out"),
                Status.UNAVAILABLE.withDescription("etcdserver: leader changed"),
                Status.UNAVAILABLE.withDescription("etcdserver: server stopped"),
                Status.UNKNOWN.withDescription("something new"))) {
            assertThat(Ending.of(PUT, new StatusRuntimeException(status)).outcome())
                    .as(status.toString())
                    .isEqualTo(Outcome.INFO);
        }
    }

    @Test
    void aWriteThatWasRefusedOrNeverSentDidNotHappen() {
        Status tooLarge = Status.INVALID_ARGUMENT.withDescription("etcdserver: request is too large");
        Status unreachable = Status.UNAVAILABLE.withDescription("io exception").withCause(new ConnectException());

        assertThat(Ending.of(PUT, new StatusRuntimeException(tooLarge)).outcome())
                .isEqualTo(Outcome.FAIL);
        assertThat(Ending.of(PUT, new StatusRuntimeException(unreachable)).outcome())
                .isEqualTo(Outcome.FAIL);
    }

    @Test
    void aReadHasNoEffectWhateverItEndsWith() {
        StoreRequest readOnly = new StoreRequest.Txn(List.of(), List.of(READ), List.of());
        StoreRequest writing = new StoreRequest.Txn(List.of(), List.of(READ), List.of(PUT));
        StatusRuntimeException late = new StatusRuntimeException(Status.DEADLINE_EXCEEDED);

        assertThat(Ending.of(READ, late).outcome()).isEqualTo(Outcome.FAIL);
        assertThat(Ending.of(readOnly, late).outcome()).isEqualTo(Outcome.FAIL);
        assertThat(Ending.of(writing, late).outcome()).isEqualTo(Outcome.INFO);
        assertThat(Ending.of(new StoreRequest.LeaseKeepAlive(1), late).outcome())
                .as("a renewal may have arrived")
                .isEqualTo(Outcome.INFO);
    }

    @Test
    void refusalsWithConditionsAreToldApart() {
        StatusRuntimeException compacted = new StatusRuntimeException(
                Status.OUT_OF_RANGE.withDescription("etcdserver: mvcc: required revision has been compacted"));

        assertThat(Ending.of(READ, compacted).failure().kind()).isEqualTo(Failure.Kind.COMPACTED);
    }
}
