# The authority's server is started with an upstream, below which it is no top: its level does not fit the leases of its members.
seed 21
watch
node top
node hq
node pune
link pune hq delay 20ms rate 1000000
1000ms create hq
10000ms join pune below hq
60000ms ask pune p c1 gives 0.0
100000ms move hq below top
200000ms alarm pune level-differs
200000ms alarm hq member-alarm:pune:level-differs
201000ms ask pune p c2 gives 0.256
210000ms move hq above
300000ms calm pune level-differs
300000ms calm hq member-alarm:pune
