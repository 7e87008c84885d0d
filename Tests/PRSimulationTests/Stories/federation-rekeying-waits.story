# The authority's key is exchanged while a member's line is cut. After a day an operator is asked to look.
seed 29
watch
node hq
node pune
link pune hq delay 20ms rate 1000000
1000ms create hq
10000ms join pune below hq
100000ms cut pune hq
100000ms cut hq pune
110000ms rekey hq
200000ms calm hq rekeying-waits
210000ms clock 90000000ms
300000ms alarm hq rekeying-waits
300000ms alarm hq member-absent:pune
300000ms alarm pune federation-unreached
310000ms heal pune hq
310000ms heal hq pune
600000ms calm hq rekeying-waits
600000ms calm hq member-absent
600000ms calm pune federation-unreached
600000ms calm pune revocations-old
