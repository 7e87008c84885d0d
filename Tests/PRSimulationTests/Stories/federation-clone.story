# A database is copied, and both copies are served: both mint nothing with their next reports, at the member and at the authority there is
# an alarm, once. One copy is ended, the member gets another lane and mints again. The ended copy comes back, and is stopped alone.
seed 1
watch
node hq
node pune sync 5000ms
node copy
link pune hq delay 20ms jitter 5ms rate 1000000
link copy hq delay 20ms jitter 5ms rate 1000000
1000ms create hq
10000ms join pune below hq
30000ms ask hq p c0 gives 0
31000ms ask pune p c0 gives 0
32000ms ask pune p c1 gives 0.0
60000ms clone pune to copy
61000ms ask pune p c2
61000ms ask copy p c3
120000ms alarm hq member-cloned:pune
120000ms alarm pune minting-stopped
120000ms alarm copy minting-stopped
121000ms ask pune p c4 gives refused
121000ms ask copy p c5 gives refused
121000ms ask pune p c1 gives 0.0 history
122000ms ask pune p c0 gives 0 history
130000ms kill copy
140000ms relane pune
200000ms calm hq member-cloned
200000ms calm pune minting-stopped
201000ms ask pune p c6 gives 0.257
210000ms start copy
250000ms alarm hq member-superseded:pune
250000ms alarm copy minting-stopped
250000ms calm pune minting-stopped
251000ms ask copy p c7 gives refused
252000ms ask pune p c7 gives 0.513
260000ms kill copy
