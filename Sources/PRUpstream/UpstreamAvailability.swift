// SPDX-License-Identifier: Apache-2.0
import PRWire

/// Whether an upstream can be asked, at one moment.
struct UpstreamAvailability: Sendable {
  let server: Endpoint
  /// Why it is not asked; nil while it is.
  let absence: UpstreamError?

  var isPresent: Bool { absence == nil }
}
