/** @file What can be done with the drawing on the easel once it is finished. */

import { api, url } from '../api.js';
import { run } from '../state/live.js';
import { openOutput } from '../state/outputs.js';
import { noLink, shareRecipe } from '../state/share.js';
import { attempt, go } from '../state/ui.js';
import { vary } from '../state/vary.js';
import { Download } from './download.js';
import { Icon } from './icon.js';

export function Finished() {
	const info = run.value;
	if (!info || (info.state !== 'done' && info.state !== 'stopped')) return null;
	const [width, height] = info.recipe.size;
	return (
		<section class="finished" aria-label="Finished drawing">
			<h2>Finished</h2>
			<div class="row wrap">
				<Download
					href={url.export(info.id, 'png', { scale: '4' })}
					what={`“${info.title}” as PNG`}
					title={`${4 * width} × ${4 * height} pixels; other sizes under More`}
				>
					<Icon name="download" /> PNG
				</Download>
				{info.vector && (
					<Download href={url.export(info.id, 'svg', { size: '1024' })} what={`“${info.title}” as SVG`}>
						<Icon name="download" /> SVG
					</Download>
				)}
				<button
					type="button"
					class="plain"
					disabled={noLink(info.recipe) !== undefined}
					title={noLink(info.recipe)}
					onClick={() => shareRecipe(info.recipe)}
				>
					<Icon name="share" /> Share
				</button>
				<button type="button" class="plain" onClick={() => vary(info.recipe, 4)}>
					<Icon name="grid" /> Four more
				</button>
				<button
					type="button"
					class="plain"
					aria-pressed={info.starred}
					onClick={() =>
						attempt(async () => {
							run.value = { ...info, ...(await api.star(info.id, !info.starred)) };
						})
					}
				>
					<Icon name="star" filled={info.starred} /> Star
				</button>
				<button
					type="button"
					class="plain"
					onClick={() => {
						go('gallery');
						openOutput(info.id);
					}}
				>
					More …
				</button>
			</div>
		</section>
	);
}
