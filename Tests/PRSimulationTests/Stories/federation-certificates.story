# Certificates of two hours are not renewed: the line of a site is cut, and the authority's key is taken out of its folder.
seed 10
watch
node hq
node pune
node oslo
link pune hq delay 20ms rate 1000000
1000ms create hq lifetime 7200000ms
10000ms join pune below hq
20000ms join oslo below hq
60000ms take-key hq
100000ms cut pune hq
100000ms cut hq pune
4900000ms alarm hq member-absent:pune
4900000ms alarm pune federation-unreached
4900000ms alarm hq federation-signing
5000000ms reload pune
5000000ms reload oslo
5000000ms reload hq
5100000ms alarm pune certificate-expires-soon
5100000ms alarm oslo certificate-expires-soon
5100000ms alarm hq certificate-expires-soon
5100000ms alarm hq member-alarm:oslo:certificate-expires-soon
5200000ms give-key hq
5200000ms heal pune hq
5200000ms heal hq pune
5400000ms calm pune certificate-expires-soon
5400000ms calm pune federation-unreached
5400000ms calm oslo certificate-expires-soon
5400000ms calm hq federation-signing
5400000ms calm hq certificate-expires-soon
5400000ms calm hq member-alarm:oslo
5400000ms past hq member-alarm:pune:certificate-expires-soon
5400000ms calm hq member-absent
