# A member's line is cut for more than an hour.
seed 5
watch
node hq
node pune
link pune hq delay 20ms rate 1000000
1000ms create hq
10000ms join pune below hq
60000ms ask pune p c1
100000ms cut pune hq
100000ms cut hq pune
3500000ms calm hq member-absent
3500000ms calm pune federation-unreached
3900000ms alarm hq member-absent:pune
3900000ms alarm pune federation-unreached
4000000ms heal pune hq
4000000ms heal hq pune
4200000ms calm hq member-absent
4200000ms calm pune federation-unreached
