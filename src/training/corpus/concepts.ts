/** @file The drawable concepts and the rule by which the name of an image decides which of them it shows. */

import { AtelierError } from '../../errors.js';
import list from './concepts.json' with { type: 'json' };
import { plainWords, singular } from './names.js';

/** One thing worth drawing, and the names under which the sources carry it. */
export interface ConceptEntry {
	readonly name: string;
	/** Synonyms: true of the words people type and of image names in every source. */
	readonly also?: readonly string[];
	/** Further names used by icon sets and clip art only; too loose or too technical to teach as words. */
	readonly icons?: readonly string[];
	/** Further names in emoji sets only, where they are unambiguous; not taught as words. */
	readonly emoji?: readonly string[];
	/** Russian names, where the emoji annotations lack the plain noun. */
	readonly ru?: readonly string[];
	/** Names match whole or not at all: in interface icons `user-heart` is no heart. */
	readonly exact?: boolean;
	/** The name itself means something else in icon sets (a `mouse` there is a pointing device). */
	readonly notIcon?: boolean;
	/** False for the names of emoji that are hardly drawings (people by trade, signs, clock times): learnt beside the others, less often. Default true. */
	readonly drawable?: boolean;
	/** Mirroring the picture would make it wrong: arrows, letters, dials. */
	readonly fixed?: boolean;
}

/** The concepts of the project, sorted by name. */
export const defaultConcepts: readonly ConceptEntry[] = list as ConceptEntry[];

/** Words before a matched name that make it a badge, a part or a negation of the thing. */
const strangers = new Set(
	(
		'no not non off un user users person people man woman file files folder document doc page paper message chat comment calendar mail ' +
		'email cloud video image photo search zoom map shopping add plus remove delete minus edit data database computer laptop monitor ' +
		'device phone mobile tablet hand home house building shield lock money credit business card bag cart network server wifi web ' +
		'browser app window screen text code sort align layout format list grid currency badge tag book bookmark broken crossed half empty ' +
		'low multiple double with and or in on of to by as for without disabled slash question exclamation alert check arrow arrows circle ' +
		'square logo brand interface programming candy sugar gas vr 3d hanging part end anti dead under face emoji like from sign a ' +
		'decision checkbox family share social git direction directions branch source golf diners dinners night error expand agent build job ' +
		'ai usb spark jack memory siege php snapchat twitter reddit rhode marshall youtube carbon topology component access collect fail ' +
		'success upload download new copy select application restore panel ads minimize canvas drag case test form price coupon paragraph ' +
		'hair make barber cosmetic api jet chevron mode flying flip invert cable industrial dorsal shoulder stegosaurus radial activity ' +
		'benzene hormonal pelvis savings saving tip medicine prescription public dish washing flat steering color colour spinning hard u ' +
		'solid compact mini transmission group content left lost model train cloaked czech sabertoothed bow dinosaur smoke carbon monoxide ' +
		'detector telegram control mesh floor life flotation alarm signal cell broadcast radio drafting drawing'
	).split(' '),
);

/** Where an image comes from decides how freely its name may be read. */
export type NameStyle = 'emoji' | 'icon' | 'title';

/** Maps image names to concepts. */
export class ConceptMatcher {
	private readonly emoji = new Map<string, number>();
	private readonly squeezed = new Map<string, number>();
	private readonly icons = new Map<string, number>();
	/** Names that may follow other words; those of icon sets alone (`cut`, `run`) may not. */
	private readonly tails = new Set<string>();
	private readonly longest: number;

	/** @throws AtelierError E_CORPUS when two concepts claim one name */
	constructor(readonly concepts: readonly ConceptEntry[]) {
		let longest = 1;
		concepts.forEach((concept, index) => {
			const shared = concept.also ?? [];
			for (const raw of [concept.name, ...shared, ...(concept.emoji ?? [])]) {
				const name = plainWords(raw);
				claim(this.emoji, name, index, concepts);
				this.squeezed.set(name.replaceAll(' ', ''), index);
			}
			const icons = [...(concept.notIcon ? [] : [concept.name]), ...shared, ...(concept.icons ?? [])];
			for (const raw of icons) {
				const name = plainWords(raw);
				claim(this.icons, name, index, concepts);
				if (!concept.icons?.includes(raw)) this.tails.add(name);
				longest = Math.max(longest, name.split(' ').length);
			}
		});
		this.longest = longest;
	}

	/** Every concept index that a name belongs to as a whole, or -1. `words` as plainWords gives them. */
	exact(words: string, style: NameStyle): number {
		const table = style === 'emoji' ? this.emoji : this.icons;
		return table.get(words) ?? -1;
	}

	/** The concept of a name of emoji written in one word (`deliverytruck`), or -1. */
	exactSqueezed(word: string): number {
		return this.squeezed.get(word) ?? -1;
	}

	/**
	 * The concept that a name equals or ends with, or -1: `pine-tree` is a tree, `file-tree` and `apple-tree` are not taken.
	 *
	 * @param words words of the name, styles already stripped
	 */
	match(words: readonly string[], style: NameStyle): number {
		if (style === 'emoji') return this.exact(words.join(' '), 'emoji');
		for (let length = Math.min(this.longest, words.length); length >= 1; length--) {
			const name = this.tail(words, length, style);
			const index = this.icons.get(name) ?? -1;
			if (index < 0) continue;
			const before = words.slice(0, words.length - length);
			if (before.length === 0) return index;
			if (before.length > 2 || this.concepts[index]?.exact || !this.tails.has(name)) return -1;
			// A noun that is a concept itself makes a compound: a bird house is no house.
			if (before.some((word) => strangers.has(word) || this.icons.has(word) || this.emoji.has(word))) return -1;
			return index;
		}
		return -1;
	}

	private tail(words: readonly string[], length: number, style: NameStyle): string {
		const tail = words.slice(words.length - length);
		const name = tail.join(' ');
		if (style !== 'title' || this.icons.has(name)) return name;
		tail.push(singular(tail.pop() as string));
		return tail.join(' ');
	}
}

function claim(table: Map<string, number>, name: string, index: number, concepts: readonly ConceptEntry[]): void {
	const owner = table.get(name);
	if (owner !== undefined && owner !== index)
		throw new AtelierError(
			'E_CORPUS',
			`expected one concept for each name, got "${name}" for both "${concepts[owner]?.name}" and "${concepts[index]?.name}"; remove it from one of them`,
		);
	table.set(name, index);
}
