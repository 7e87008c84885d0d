# All clocks go on by nine and a half years: the certificate of the authority's key is about to expire.
seed 30
watch
node hq
1000ms create hq
100000ms clock 301000000000ms
300000ms alarm hq authority-expires
300000ms calm hq certificate
