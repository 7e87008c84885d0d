// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// OpenSSL's times as seconds since 1970.
enum ASN1Time {
  /// The end of the year 9999, the last that DER can write.
  static let latest: Int64 = 253_402_300_799

  /// Days times seconds: the days are 32 bits wide, so the result always fits.
  ///
  /// - Returns: nil for what is no time.
  static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
    guard let time, let epoch = ASN1_TIME_set(nil, 0) else { return nil }
    defer {
      ASN1_TIME_free(epoch)
      ErrorQueue.clear()
    }
    var (days, seconds): (Int32, Int32) = (0, 0)
    guard ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { return nil }
    return Int64(clamping: days) * 86_400 + Int64(clamping: seconds)
  }

  /// - Returns: whether the time is that now.
  static func set(_ time: UnsafeMutablePointer<ASN1_TIME>?, _ seconds: Int64) -> Bool {
    time != nil && ASN1_TIME_set(time, Int(clamping: seconds)) != nil
  }

  /// - Returns: a time, which the caller frees.
  static func made(_ seconds: Int64) throws(CertificateError) -> UnsafeMutablePointer<ASN1_TIME> {
    ErrorQueue.clear()
    guard let time = ASN1_TIME_set(nil, Int(clamping: seconds)) else { throw .openSSL(reason: ErrorQueue.drain().text) }
    return time
  }
}
