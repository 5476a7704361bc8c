package io.quorlite.etcd;

import io.quorlite.etcd.proto.rpc.AuthGrpc;

/** etcd's Auth service, which comes later: every call is answered UNIMPLEMENTED. */
final class AuthService extends AuthGrpc.AuthImplBase {}
