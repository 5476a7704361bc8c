package io.quorlite.roles;

/** A member's part in the cluster. To the engine a standby and a spare are both learners. */
public enum Role {
    /** Votes. */
    VOTER,
    /** Replicates without a vote, first in line for one. */
    STANDBY,
    /** Replicates without a vote, after all standbys. */
    SPARE
}
