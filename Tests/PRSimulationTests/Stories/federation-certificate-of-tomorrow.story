# The clock of a member is set back by two hours, and its server is started anew: its certificate is not good yet. The clock is set right.
seed 26
watch
node hq
node pune
link pune hq delay 20ms rate 1000000
1000ms create hq
10000ms join pune below hq
100000ms clock -7200000ms of pune
250000ms alarm pune clock-differs
250000ms alarm hq member-alarm:pune:clock-differs
251000ms kill pune
252000ms start pune
400000ms alarm pune certificate-not-yet-valid
400000ms alarm pune federation-unreached
410000ms clock 7200000ms of pune
410000ms reload pune
700000ms calm pune certificate
700000ms calm pune clock-differs
700000ms calm pune federation-unreached
700000ms calm hq member-alarm:pune
