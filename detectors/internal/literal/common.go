package literal

// commonGrams lists the trigrams that are most frequent in source text and
// prose, letter case dropped (see hash), each followed by a letter for its
// frequency: a is one in 100,000, b two, c four, and so on. They were counted
// over a few megabytes each of C, Go, Python and Ruby. A line break reads as *
// and a tab as ) when its case bit is set.
const commonGrams = "" +
	"   n*  k = i thi*))iionh rehtheh sehasshinghserhselh)* h** htiohinth inhelfhteshesthenthconhhe h 0xherthsseh {*hallhdefhlf.hendhif h:* h  sh000h deh)))herrh coh" +
	"strhterh  ahatehed h  #h ashforh, 0h # hamehreah  eg engor gctiger gsetgatig  rgretg\", gturgnamgandg0, gectg tog{*)g)*)gstag  dgetug,* gequg// gis gresgng gurng" +
	" nogtrigtypgvalg teg,*)gef gto geadg ifg stg  igypegverg angodegnd*g isgonsgst g foglocg)**g, 2gringon gse ges g= 0gin gilegnt gactgnd garggntegistgcomg5, g---g" +
	"rrogersgrorgrn g):*gortgithgnotgualgdatgaseg}**g a gtedginegfilge, g  \"ge tgtrug}* gdergwitge* gal gitegquag, \"g 0,gizeg  =ggetgmodg;* gtingcalguncg), gredgling" +
	"rt g cagporgmengf tgivegle g) {g)}*gblegailg);*gontgfung pag wigpatg ==g arglasg255g(seg== g ofgchegprog 25gparg dograifre fkeyf55,f{* fusef mafdisfperfackfet f" +
	"evefindflisfth fonefaluf :=f:= ftatf, sfextfluefof frecfedifataf  tftimf},*ft, f, tfockfe if trf0x0ftorfx00fessfe afs af}*)flseflenfnstfot fimefablfratfprefrenf" +
	"athf*//f fif befarefs, feref  cfs tf.asfllof exfclaf erfmalfecofte fnewfinsf', ff.afe sf lif rafchafrepfritfd**fexpfsizfcodfposf prfuinfts ftivfaddf))*fat f)iff" +
	"oduf\"* foutfagefruefalife cfll fcatfencf= sfultf, 'fmatf: 0f  }ffrofan fndefr, fappf*}*f * fd* fcasfordfulef, af1, felef acfe =fimpf vaf }*ftrafranft tfen fn tf" +
	"ncef*)ifal(f*)}fthof chf()*fpecferafherflicfdulfonffcanf, 1f***fthif#  falsf/* f lef usft ifromf sifptifattfounfrouf)refss fs =f0x1f= nfrtefme fstefer.f\")*fplef" +
	" gef clfnfifhanfytef onfnonfloafutef, eftchfadef + f)//fbytf nef.* ffinf pofangfquefntsfssaftarf whfnilfngefmplfthaforefd, ffigf alf mof difsinf loftabfreqf elf" +
	"texficaf*/*fcrefommf**)flatfdirfscafachfwriformfntifastfde ftenfeatfisefe ffdinfpenfntrfrgsfsiofmetf: \"fs* fe)*f uifinifmpofompfignfilsfsigf itft sfne fllefe of" +
	" frfuntf byf  ffs if, rf))}f !=f\": f!= fartfhisfas fnalfnc f}, f unfpacf, nf  pfdelfce fhatfplif sof  'fttrflogfsecfttefeplfharfge fit foptfid fnitfbasf fafostf" +
	"t =fe rf, bfhasfmanfch f mefefifly ft afd tf, ifnerfnodf.**ftemfe: fvenfirefferfct ft64fobjfom faceft cf, pf.cof haf opfincfbe fsesf, cffalfatcf sufelsf waf orf" +
	"cesfpe ens e niecoreo* eemee2, erefear er =e  0emesesyseoveeoine*)re goea, eleser tesubebuteaisedese))seleteullearae\"\"\"eopee===e */eoure {}eantetree tyen ae  {e" +
	"oadeon.e, oenneeve eheae ime() e.reecure weet* enumeenaesedenseeainest.e\",*eerve.open seialerr eumee \"\"elere bue { e ateprient6erunelecebooen, ebloeucte ->e - e" +
	"stsel, earse-> ef (encoeuesewhee naerace, fe###eeteebufeminevareollerseeribees.e tiegraelf)eeried ieer(estie*)/e laeteqeureeld eesee**/ecteeethenedeitie})*eooke" +
	") =esupestoeleaerege fueosee))iesmaeonneinfe syebines: ereee*)se= reundespeed beancelowebacetaled aentaemmaedo*eut e(ree0*)eighemaset *efieedecedexetagef, essie" +
	"*fuee de  /ee pe.neeaskeesue*){ermaef ses felidelitel {eettend(eopaex, es ne daee neckeeheceeckehenef):et)*erceeempecoueocae boe= {e nuecluen ie kee, {euppe),*e" +
	"d64epame  we')*erveeiceetroeck eppeeworetane taelemeemae))re ades seil er ieille  `eptre.seegene* *eespeerneamdemd6eatoe  (eefaeustees(e  meautelede;*)et oetice" +
	"aulefooec, ea.oeseneue efauesa.evexe64ve'  eneceet(e)sseaveeideemaxendieue*espaeby ecacescret feondete(eghtee lemaiet {eramersienfoeonge //ejeceoolethrecrieppoe" +
	" < en* es oe, wee:*e= ter aese*er* e= cent(ecapee eewe eityeshoet ret32eheleeneerolekede, deexceetaegroehodeepteffeeputeplaer)*egineinaeothead e*)mecloeunsequie" +
	"emoee me apefixen cebereclie baeplyefloeoffeen(etryed =e.steanserige she, mele.e hees.*eanyee()egere: {ers eme.ehoue, lesoueruceor(edice} {e= \"ee wettpeiese*)ce" +
	"  uesonemere;**eo teashe | e  bet) e= fee \"enclery edlee= aent3eagse 10eismedene"
