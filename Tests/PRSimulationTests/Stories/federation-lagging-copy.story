# A site is lost for more than an hour. The copy of the member below it grows old, which the authority sees when the member reports there.
seed 24
watch
node hq
node pune
node kernel sync 5000ms
link pune hq delay 20ms rate 1000000
link kernel pune delay 5ms rate 1000000
link kernel hq delay 25ms rate 1000000
1000ms create hq
10000ms join pune below hq
25000ms join kernel below pune
100000ms lose pune
3500000ms calm kernel copy-failing
3900000ms alarm kernel copy-failing
3900000ms alarm kernel upstream-away
3900000ms alarm hq member-absent:pune
3900000ms alarm hq member-alarm:kernel:copy-failing
3900000ms calm kernel federation-unreached
4000000ms start pune
4200000ms calm kernel copy-failing
4200000ms calm kernel upstream-away
4200000ms calm hq member-alarm:kernel
4200000ms calm hq member-absent
