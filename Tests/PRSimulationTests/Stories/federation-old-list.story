# The authority cannot sign, and all clocks go on by a day: the list of revoked certificates is old. Members that have not reported since
# the clocks went on count as absent until they do.
seed 16
watch
node hq
node pune
link pune hq delay 20ms rate 1000000
1000ms create hq
10000ms join pune below hq
60000ms take-key hq
100000ms clock 90000000ms
160000ms alarm hq federation-signing
160000ms past hq member-absent:pune
160000ms alarm pune revocations-old
160000ms alarm hq member-alarm:pune:revocations-old
200000ms give-key hq
260000ms calm hq federation-signing
260000ms calm pune revocations-old
260000ms calm hq member-alarm:pune:revocations-old
