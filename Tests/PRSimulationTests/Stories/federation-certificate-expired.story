# A member's line is cut for longer than its certificate of two hours is good. It is invited once more.
seed 25
watch
node hq
node pune
link pune hq delay 20ms rate 1000000
1000ms create hq lifetime 7200000ms
10000ms join pune below hq
100000ms cut pune hq
100000ms cut hq pune
5300000ms alarm hq member-absent:pune
5300000ms alarm pune federation-unreached
5300000ms calm hq member-certificate
5950000ms reload pune
6000000ms alarm hq member-certificate:pune
6000000ms alarm pune certificate-expires-soon
7350000ms reload pune
7400000ms alarm pune certificate-expired
7400000ms calm pune certificate-expires-soon
7500000ms heal pune hq
7500000ms heal hq pune
7600000ms join pune below hq again
7800000ms calm hq member-certificate
7800000ms calm hq member-absent
7800000ms calm pune certificate-expired
7800000ms calm pune federation-unreached
