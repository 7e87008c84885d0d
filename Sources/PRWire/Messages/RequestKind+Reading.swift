// SPDX-License-Identifier: Apache-2.0
import PRRevision

extension RequestKind {
  /// `get-pr` first: nearly every request is one.
  init?(_ name: JSONText, in bytes: UnsafeRawBufferPointer) {
    if name.equals("get-pr", in: bytes) {
      self = .getPR
    } else if name.equals("ping", in: bytes) {
      self = .ping
    } else if name.equals("test-pr", in: bytes) {
      self = .testPR
    } else if name.equals("test-package", in: bytes) {
      self = .testPackage
    } else if name.equals("max-package-pr", in: bytes) {
      self = .maxPackagePR
    } else if name.equals("import-one", in: bytes) {
      self = .importOne
    } else if name.equals("export", in: bytes) {
      self = .export
    } else if name.equals("is-readonly", in: bytes) {
      self = .isReadonly
    } else if name.equals("lookup", in: bytes) {
      self = .lookup
    } else if name.equals("changes", in: bytes) {
      self = .changes
    } else {
      return nil
    }
  }
}
