// SPDX-License-Identifier: Apache-2.0

/// How far the export at the front of a session's replies has come. At most one page is under way.
enum ExportState: Hashable, Sendable {
  /// No export is at the front, or none of its pages was asked for. → `reading`
  case none
  /// A page is read. → `writing`, `none` where it cannot be read
  case reading(ExportThrottle)
  /// A page is written. → `resting`, `between`, `none` after the last one
  case writing(ExportThrottle)
  /// The export rests while other clients ask. → `between`
  case resting
  /// The next page may be read once the socket takes bytes and all sessions together hold less. → `reading`
  case between
}
