// SPDX-License-Identifier: Apache-2.0
import PRRevision
import Testing

@Suite("Clamped arithmetic")
struct ClampingTests {
  @Test(
    "a number with a fraction becomes the nearest that fits",
    arguments: [
      (0, 0), (1.9, 1), (-1.9, -1), (1e300, Int.max), (-1e300, Int.min), (.infinity, Int.max), (-.infinity, Int.min),
      (.nan, 0), (9_223_372_036_854_775_807, Int.max), (-9_223_372_036_854_775_808, Int.min),
      (9e15, 9_000_000_000_000_000),
    ] as [(Double, Int)])
  func double(number: Double, nearest: Int) { #expect(Int(clamping: number) == nearest) }

  @Test("a number without a sign does not go below 0", arguments: [-1.0, -1e300, -.infinity, .nan, -0.5])
  func unsigned(number: Double) { #expect(UInt64(clamping: number) == 0) }

  @Test("a small kind of number has its own ends")
  func small() {
    #expect(UInt8(clamping: 300.5) == 255 && Int8(clamping: -300.5) == -128 && Int32(clamping: 1e10) == .max)
  }

  @Test(
    "a sum that does not fit is the end it went over",
    arguments: [
      (1, 2, 3), (Int64.max, 1, .max), (.max, .max, .max), (.min, -1, .min), (.min, .min, .min), (.max, .min, -1),
      (.max, -1, .max - 1),
    ] as [(Int64, Int64, Int64)])
  func sum(one: Int64, other: Int64, sum: Int64) {
    #expect(one.addingClamped(other) == sum && other.addingClamped(one) == sum)
  }

  @Test(
    "so is a product",
    arguments: [
      (3, 4, 12), (Int64.max, 2, .max), (.max, -2, .min), (.min, 2, .min), (.min, -1, .max), (.min, .min, .max),
      (.max, 0, 0), (.min, 1, .min),
    ] as [(Int64, Int64, Int64)])
  func product(one: Int64, other: Int64, product: Int64) {
    #expect(one.multipliedClamped(by: other) == product && other.multipliedClamped(by: one) == product)
  }

  @Test("sums without a sign stop at the top")
  func unsignedSum() { #expect(UInt64.max.addingClamped(1) == .max && UInt64(1).multipliedClamped(by: .max) == .max) }

  /// Each whole number of them: as a quotient, 327777 ms is 327776.
  @Test("a duration of whole milliseconds or nanoseconds has that many")
  func wholeParts() {
    for number in Int64(0)...400_000 {
      #expect(Duration.milliseconds(number).wholeMilliseconds == number)
      #expect(Duration.nanoseconds(number).wholeNanoseconds == number)
    }
    #expect(Duration.milliseconds(-327_777).wholeMilliseconds == -327_777)
    #expect(Duration.microseconds(1_999).wholeMilliseconds == 1)
    #expect(Duration(secondsComponent: .max, attosecondsComponent: 0).wholeNanoseconds == .max)
    #expect(Duration(secondsComponent: .min, attosecondsComponent: 0).wholeMilliseconds == .min)
  }
}
