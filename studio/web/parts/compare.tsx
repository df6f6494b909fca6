/** @file Two drawings on top of each other, with a slider between them. */

import { useRef } from 'preact/hooks';
import type { OutputInfo } from '../../protocol.js';
import { url } from '../api.js';
import { closeComparison } from '../state/outputs.js';
import { Dialog } from './dialog.js';

export function Compare({ a, b }: { readonly a: OutputInfo; readonly b: OutputInfo }) {
	const box = useRef<HTMLDivElement>(null);
	return (
		<Dialog label="Compare two drawings" className="compare" onClose={closeComparison}>
			<div class="compare-box" ref={box}>
				<img src={url.picture(b)} alt={b.title} />
				<img class="compare-top" src={url.picture(a)} alt={a.title} />
				<input
					type="range"
					aria-label="How much of each is shown"
					min={0}
					max={100}
					defaultValue="50"
					onInput={(event) => box.current?.style.setProperty('--split', `${event.currentTarget.value}%`)}
				/>
			</div>
			<div class="compare-names">
				<span>
					{a.title} <small>seed {a.recipe.seed}</small>
				</span>
				<span>
					{b.title} <small>seed {b.recipe.seed}</small>
				</span>
			</div>
		</Dialog>
	);
}
