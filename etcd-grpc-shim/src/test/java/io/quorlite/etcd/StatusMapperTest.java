package io.quorlite.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.grpc.Status;
import io.quorlite.datastore.DatastoreException;
import io.quorlite.datastore.DatastoreException.Kind;
import io.quorlite.mvcc.InvalidRequestException;
import io.quorlite.mvcc.MvccException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class StatusMapperTest {
    /** etcd's codes and messages as its clients know them. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            COMPACTED           | OUT_OF_RANGE        | etcdserver: mvcc: required revision has been compacted
            FUTURE_REVISION     | OUT_OF_RANGE        | etcdserver: mvcc: required revision is a future revision
            NO_SPACE            | RESOURCE_EXHAUSTED  | etcdserver: mvcc: database space exceeded
            OVERLOADED          | RESOURCE_EXHAUSTED  | etcdserver: too many requests
            REQUEST_TOO_LARGE   | INVALID_ARGUMENT    | etcdserver: request is too large
            TOO_MANY_OPERATIONS | INVALID_ARGUMENT    | etcdserver: too many operations in txn request
            DUPLICATE_KEY       | INVALID_ARGUMENT    | etcdserver: duplicate key given in txn request
            EMPTY_KEY           | INVALID_ARGUMENT    | etcdserver: key is not provided
            KEY_NOT_FOUND       | INVALID_ARGUMENT    | etcdserver: key not found
            VALUE_PROVIDED      | INVALID_ARGUMENT    | etcdserver: value is provided
            LEASE_PROVIDED      | INVALID_ARGUMENT    | etcdserver: lease is provided
            INVALID_SORT        | INVALID_ARGUMENT    | etcdserver: invalid sort option
            LEASE_NOT_FOUND     | NOT_FOUND           | etcdserver: requested lease not found
            LEASE_EXISTS        | FAILED_PRECONDITION | etcdserver: lease already exists
            LEASE_TTL_TOO_LARGE | OUT_OF_RANGE        | etcdserver: too large lease TTL
            NO_LEADER           | UNAVAILABLE         | etcdserver: no leader
            LEADER_CHANGED      | UNAVAILABLE         | etcdserver: leader changed
            STOPPED             | UNAVAILABLE         | etcdserver: server stopped
            TIMEOUT             | UNAVAILABLE         | etcdserver: request timed out
            OUTCOME_UNKNOWN     | UNAVAILABLE         | etcdserver: request timed out
            CORRUPT             | DATA_LOSS           | etcdserver: corrupt cluster
            LEARNER             | FAILED_PRECONDITION | etcdserver: rpc not supported for learner
            """)
    void saysWhatEtcdSays(Kind kind, Status.Code code, String message) {
        Status status = StatusMapper.of(new CompletionException(new DatastoreException(kind, "for the log only")));

        assertThat(status.getCode()).isEqualTo(code);
        assertThat(status.getDescription()).isEqualTo(message);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void knowsEveryKind(Kind kind) {
        assertThat(StatusMapper.of(kind).getDescription()).startsWith("etcdserver: ");
    }

    @ParameterizedTest
    @EnumSource(MvccException.Kind.class)
    void knowsTheKeySpacesRefusalsByTheSameNames(MvccException.Kind kind) {
        assertThatCode(() -> StatusMapper.of(new MvccException(kind, ""))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @EnumSource(InvalidRequestException.Kind.class)
    void knowsTheShapesRefusedByTheSameNames(InvalidRequestException.Kind kind) {
        assertThat(StatusMapper.of(new InvalidRequestException(kind, "")).getCode())
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void givesWhatEtcdDoesNotKnowAsUnknownWithItsText() {
        Status status = StatusMapper.of(new IllegalStateException("broken"));

        assertThat(status.getCode()).isEqualTo(Status.Code.UNKNOWN);
        assertThat(status.getDescription()).isEqualTo("broken");
    }
}
